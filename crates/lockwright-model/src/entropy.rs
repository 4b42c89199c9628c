//! Chance: the only place in the program that draws it.

use std::sync::Mutex;

use sha2::{Digest, Sha256};

/// Something that yields unpredictable bytes.
pub trait Entropy: Send + Sync {
    /// Fills the whole of `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// Draws an array of `N` bytes.
pub fn draw<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[allow(clippy::disallowed_methods, reason = "the one place that draws from the operating system")]
    fn fill(&self, bytes: &mut [u8]) {
        // A system without randomness can't make one safe credential: stopping is the only right answer.
        if getrandom::fill(bytes).is_err() {
            std::process::abort();
        }
    }
}

/// A repeatable generator for tests: SHA-256 over a seed and a counter.
#[derive(Debug)]
pub struct SeededEntropy {
    seed: u64,
    counter: Mutex<u64>,
}

impl SeededEntropy {
    /// A generator whose bytes depend on `seed` alone.
    pub fn new(seed: u64) -> Self {
        Self { seed, counter: Mutex::new(0) }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let mut counter = self.counter.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for chunk in bytes.chunks_mut(32) {
            let block = Sha256::new().chain_update(self.seed.to_be_bytes()).chain_update(counter.to_be_bytes()).finalize();
            *counter += 1;
            for (to, from) in chunk.iter_mut().zip(block) {
                *to = from;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_another_seed_differs() {
        let first: [u8; 40] = draw(&SeededEntropy::new(1));
        assert_eq!(first, draw(&SeededEntropy::new(1)));
        assert_ne!(first, draw(&SeededEntropy::new(2)));
    }

    #[test]
    fn the_system_does_not_repeat() {
        let first: [u8; 32] = draw(&SystemEntropy);
        assert_ne!(first, draw(&SystemEntropy));
    }
}
