//! Tests of the whole surface, without a network.
