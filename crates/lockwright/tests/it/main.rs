//! The program as a process: each file in this folder is a part of the one test binary.

mod aws;
mod control;
mod kill;
mod program;
