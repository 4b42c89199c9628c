//! Signatures against what others signed, bit by bit, by the clock, and hostile input against every parser.

mod clock;
mod hostile;
mod mutations;
mod oracle;
mod places;
mod sent;
mod suite;
mod vectors;
