//! What tests of several crates share; never part of the program.

pub mod postgres;
