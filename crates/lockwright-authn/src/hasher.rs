//! Password hashing: Argon2id (RFC 9106) with the installation's pepper as its secret input.

use std::fmt;
use std::hint::black_box;

use argon2::password_hash::phc::{Output, ParamsString, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, PasswordHash as Phc, Version};
use lockwright_model::entropy::{Entropy, draw};
use lockwright_model::secret::{KeyBytes, Password, PasswordHash};
use zeroize::Zeroizing;

use crate::codes::same;

const TAG_LEN: usize = 32;
const SALT_LEN: usize = 16;

/// What one hash costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HashParams {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes; they run one after another on the calling thread.
    pub lanes: u32,
}

impl HashParams {
    /// The most memory, in KiB, that one hash may take (256 MiB).
    pub const MAX_MEMORY_KIB: u32 = 256 * 1024;
    /// The most passes.
    pub const MAX_PASSES: u32 = 64;
    /// The most lanes.
    pub const MAX_LANES: u32 = 16;
    /// The most memory times passes, in KiB (1 GiB), so that a row in the store can't choose how long a thread works.
    pub const MAX_WORK: u64 = 1024 * 1024;

    /// Memory times passes.
    const fn work(self) -> u64 {
        self.memory_kib as u64 * self.passes as u64
    }

    fn checked(self) -> Result<Params, ParamsError> {
        if !(1..=Self::MAX_LANES).contains(&self.lanes) {
            return Err(ParamsError::Lanes);
        }
        if !(8 * self.lanes..=Self::MAX_MEMORY_KIB).contains(&self.memory_kib) {
            return Err(ParamsError::Memory);
        }
        if !(1..=Self::MAX_PASSES).contains(&self.passes) {
            return Err(ParamsError::Passes);
        }
        if self.work() > Self::MAX_WORK {
            return Err(ParamsError::Work);
        }
        Params::new(self.memory_kib, self.passes, self.lanes, Some(TAG_LEN)).map_err(|_| ParamsError::Memory)
    }
}

impl Default for HashParams {
    /// 19 MiB, two passes, one lane: the floor of OWASP's Password Storage Cheat Sheet.
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2, lanes: 1 }
    }
}

/// Parameters that are out of range.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ParamsError {
    /// Too little memory for the lanes, or more than [`HashParams::MAX_MEMORY_KIB`].
    #[error("the memory of a password hash must be between 8 KiB for each lane and 256 MiB")]
    Memory,
    /// No pass, or more than [`HashParams::MAX_PASSES`].
    #[error("the passes of a password hash must be between 1 and 64")]
    Passes,
    /// No lane, or more than [`HashParams::MAX_LANES`].
    #[error("the lanes of a password hash must be between 1 and 16")]
    Lanes,
    /// More than [`HashParams::MAX_WORK`].
    #[error("memory times passes of a password hash must be at most 1 GiB")]
    Work,
}

/// What a check found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Verdict {
    /// The right password.
    Match {
        /// The hash is weaker than the parameters in force: hash this password again and keep that.
        needs_rehash: bool,
    },
    /// A wrong password, or a hash that can't be read.
    Mismatch,
}

/// A hashing thread's memory: kept between hashes, since asking for 19 MiB and touching it anew costs time.
#[derive(Default)]
pub struct Workspace(Vec<Block>);

impl Workspace {
    fn blocks(&mut self, count: usize) -> &mut [Block] {
        if self.0.len() < count {
            self.0.resize(count, Block::new());
        }
        &mut self.0
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        self.0.fill(Block::new());
        black_box(&self.0);
    }
}

impl fmt::Debug for Workspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Workspace")
    }
}

/// Hashes and checks passwords with one set of parameters and one pepper.
#[derive(Clone)]
pub struct Hasher {
    pepper: KeyBytes,
    wanted: HashParams,
    params: Params,
}

impl Hasher {
    /// A hasher; the pepper is kept apart from the hashes (NIST SP 800-63B-4 §3.1.1.2, the keyed step).
    pub fn new(pepper: KeyBytes, params: HashParams) -> Result<Self, ParamsError> {
        Ok(Self { pepper, wanted: params, params: params.checked()? })
    }

    /// Hashes a new password with 16 fresh bytes of salt, as a PHC string that names scheme and cost (N-P15).
    pub fn hash(&self, password: &Password, entropy: &dyn Entropy, workspace: &mut Workspace) -> PasswordHash {
        self.hash_with_salt(password, &draw::<SALT_LEN>(entropy), workspace)
    }

    fn hash_with_salt(&self, password: &Password, salt: &[u8; SALT_LEN], workspace: &mut Workspace) -> PasswordHash {
        let tag = self.tag(password, salt, &self.params, workspace);
        // An empty string matches no password: were a part missing, the door would stay shut.
        PasswordHash::from_phc(tag.and_then(|tag| encode(&self.params, salt, &*tag)).unwrap_or_default())
    }

    /// Checks a password with the parameters in its hash; an unreadable or absurd hash is a mismatch after the usual work.
    pub fn verify(&self, password: &Password, hash: &PasswordHash, workspace: &mut Workspace) -> Verdict {
        let Some(stored) = Stored::parse(hash.as_phc()) else {
            self.verify_nobody(password, workspace);
            return Verdict::Mismatch;
        };
        let tag = self.tag(password, &stored.salt, &stored.params, workspace);
        let matches = tag.is_some_and(|tag| same(&*tag, stored.tag.as_bytes()));
        if let Some(Ok(params)) = self.missing(stored.cost).map(HashParams::checked) {
            black_box(self.tag(password, &stored.salt, &params, workspace).is_some());
        }
        if !matches {
            return Verdict::Mismatch;
        }
        let grown = stored.cost.memory_kib < self.wanted.memory_kib || stored.cost.passes < self.wanted.passes;
        Verdict::Match { needs_rehash: grown || stored.salt.len() < SALT_LEN }
    }

    /// The same work for a name that does not exist, so that time tells nothing (B22).
    pub fn verify_nobody(&self, password: &Password, workspace: &mut Workspace) {
        let tag = self.tag(password, &[0; SALT_LEN], &self.params, workspace);
        let matches = tag.is_some_and(|tag| same(&*tag, &[0; TAG_LEN]));
        black_box(matches);
    }

    /// What a hash from before the parameters grew costs less than nobody's.
    fn missing(&self, spent: HashParams) -> Option<HashParams> {
        let rest = self.wanted.work().saturating_sub(spent.work());
        let memory = rest.min(u64::from(self.wanted.memory_kib));
        let passes = rest.checked_div(memory)?;
        Some(HashParams { memory_kib: u32::try_from(memory).ok()?, passes: u32::try_from(passes).ok()?, lanes: 1 })
    }

    fn tag(&self, password: &Password, salt: &[u8], params: &Params, workspace: &mut Workspace) -> Option<Zeroizing<[u8; TAG_LEN]>> {
        let mut tag = Zeroizing::new([0; TAG_LEN]);
        let argon2 = Argon2::new_with_secret(self.pepper.expose(), Algorithm::Argon2id, Version::V0x13, params.clone()).ok()?;
        let blocks = workspace.blocks(params.block_count());
        argon2.hash_password_into_with_memory(password.expose().as_bytes(), salt, &mut *tag, blocks).ok()?;
        Some(tag)
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hasher").field("params", &self.wanted).finish_non_exhaustive()
    }
}

fn encode(params: &Params, salt: &[u8], tag: &[u8]) -> Option<String> {
    let phc = Phc {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).ok()?,
        salt: Some(Salt::new(salt).ok()?),
        hash: Some(Output::new(tag).ok()?),
    };
    Some(phc.to_string())
}

/// A readable PHC string whose cost is in bounds.
struct Stored {
    params: Params,
    cost: HashParams,
    salt: Salt,
    tag: Output,
}

impl Stored {
    fn parse(phc: &str) -> Option<Self> {
        // Longer than any string that `encode` makes: not worth reading.
        if phc.len() > 256 {
            return None;
        }
        let read = Phc::new(phc).ok()?;
        if read.algorithm != ARGON2ID_IDENT || read.version != Some(Version::V0x13.into()) || read.params.iter().count() != 3 {
            return None;
        }
        let cost = HashParams {
            memory_kib: read.params.get_decimal("m")?,
            passes: read.params.get_decimal("t")?,
            lanes: read.params.get_decimal("p")?,
        };
        let tag = read.hash.filter(|tag| tag.len() == TAG_LEN)?;
        Some(Self { params: cost.checked().ok()?, cost, salt: read.salt?, tag })
    }
}

#[cfg(test)]
mod tests;
