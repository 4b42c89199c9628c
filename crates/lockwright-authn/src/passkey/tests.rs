//! What this must fulfil.
