//! The recovery rules, searched through: what nobody can do, what nobody can prevent, and that nothing of it can be left out.
//!
//! Two searches drive the real interpreter with its real guards. The attacker's ([`attack`]) begins with every set of things that somebody
//! can hold or talk people into; of what the owner has enrolled and not lost, it matters to the attack only through how many channels he
//! can answer that the attacker does not read, so that number stands for it. The owner's ([`defence`]) begins with every set of things that
//! he enrolled and still has, with and without somebody who wears out counters and cancels. Both are held against [`promise::Promise`].

mod attack;
mod defence;
pub(crate) mod matrix;
mod mutant;
pub(crate) mod picture;
mod promise;
pub(crate) mod report;
mod table;
mod world;

#[cfg(test)]
mod tests;
