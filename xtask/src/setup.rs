//! `cargo xtask setup`: installs what the tests need, and does nothing when it is all there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::programs::{self, command, find};

/// Installs Debian packages, Node modules and Python packages, each only when missing or outdated.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    debian_packages(root)?;
    node_modules(root)?;
    python_packages(root, "requirements.txt", ".venv")?;
    python_packages(root, "readers/requirements.txt", ".venv-readers")
}

/// The Chromium that the browser tests drive.
pub(crate) fn chromium() -> Option<PathBuf> {
    find(&["chromium", "chromium-browser", "google-chrome"])
}

/// The library that moves a program's clock; Debian keeps it in a folder of the processor's kind.
pub(crate) fn faketime() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?;
    folders.flatten().map(|folder| folder.path().join("faketime/libfaketimeMT.so.1")).find(|library| library.is_file())
}

/// The Python that sees the packages of `e2e/requirements.txt`.
pub(crate) fn python(root: &Path) -> PathBuf {
    root.join("e2e/.venv/bin/python3")
}

/// What is missing from the system, by the names of the Debian packages that bring it.
fn missing_packages() -> Vec<&'static str> {
    let needed = [
        ("chromium", chromium().is_some()),
        ("postgresql", has_postgresql()),
        ("nodejs", find(&["node"]).is_some()),
        ("npm", find(&["npm"]).is_some()),
        ("git", find(&["git"]).is_some()),
        ("python3", find(&["python3"]).is_some()),
        ("python3-venv", has_venv()),
        ("libfaketime", faketime().is_some()),
        ("awscli", find(&["aws"]).is_some()),
    ];
    let missing = needed.iter().filter(|(_, present)| !present);
    missing.map(|(package, _)| *package).collect()
}

/// Debian keeps the server's programs out of the search path.
fn has_postgresql() -> bool {
    let Ok(versions) = fs::read_dir("/usr/lib/postgresql") else {
        return false;
    };
    versions.flatten().any(|version| version.path().join("bin/initdb").is_file())
}

/// `venv` is in every Python, but Debian ships the `ensurepip` it needs apart.
fn has_venv() -> bool {
    Command::new("python3")
        .args(["-c", "import venv, ensurepip"])
        .stderr(std::process::Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn debian_packages(root: &Path) -> anyhow::Result<()> {
    install(root, &missing_packages())
}

/// Installs what `cargo xtask bench` sends its load with.
pub(crate) fn load_generator(root: &Path) -> anyhow::Result<()> {
    debian_packages(root)?;
    if find(&["wrk"]).is_some() { Ok(()) } else { install(root, &["wrk"]) }
}

fn install(root: &Path, missing: &[&str]) -> anyhow::Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    if find(&["apt-get"]).is_none() {
        bail!("the tests need what Debian calls {}; install it by your system's means", missing.join(", "));
    }
    if missing.contains(&"postgresql") {
        forbid_system_cluster(root)?;
    }
    println!("installing {}", missing.join(", "));
    programs::run(as_root(root)?.args(["apt-get", "update", "-qq"]))?;
    programs::run(
        as_root(root)?
            .args(["DEBIAN_FRONTEND=noninteractive", "UCF_FORCE_CONFFOLD=1"])
            .args(["apt-get", "install", "-qq", "--yes", "--no-install-recommends"])
            .args(missing),
    )
}

/// Keeps the PostgreSQL package from creating and starting a server of its own: the tests start a
/// private one. A file that somebody already wrote stays as it is.
fn forbid_system_cluster(root: &Path) -> anyhow::Result<()> {
    let settings = Path::new("/etc/postgresql-common/createcluster.conf");
    if settings.exists() {
        return Ok(());
    }
    let ours = root.join("target/createcluster.conf");
    fs::write(&ours, "create_main_cluster = false\n").with_context(|| format!("cannot write {}", ours.display()))?;
    programs::run(as_root(root)?.args(["install", "-D", "--mode=644"]).args([ours.as_path(), settings]))
}

/// A command line to be run by root: `env`, behind `sudo` when we are somebody else.
fn as_root(root: &Path) -> anyhow::Result<Command> {
    let user = programs::read(command(root, "id").arg("-u"))?;
    if user.trim() == "0" {
        return Ok(command(root, "env"));
    }
    if find(&["sudo"]).is_none() {
        bail!("packages are missing: run `cargo xtask setup` once as root, or install sudo");
    }
    let mut sudo = command(root, "sudo");
    sudo.arg("env");
    Ok(sudo)
}

fn node_modules(root: &Path) -> anyhow::Result<()> {
    let folder = root.join("e2e");
    let stamp = Stamp::of(&folder.join("package-lock.json"), &folder.join("node_modules"))?;
    if stamp.is_current() {
        return Ok(());
    }
    programs::run(
        command(&folder, "npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"),
    )?;
    stamp.write()
}

/// Installs a list into an environment of its own.
fn python_packages(root: &Path, list: &str, name: &str) -> anyhow::Result<()> {
    let folder = root.join("e2e");
    let venv = folder.join(name);
    let python = venv.join("bin/python3");
    let stamp = Stamp::of(&folder.join(list), &venv)?;
    if stamp.is_current() && python.is_file() {
        return Ok(());
    }
    programs::run(command(&folder, "python3").args(["-m", "venv", "--clear", name]))?;
    programs::run(
        command(&folder, python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(["--requirement", list]),
    )?;
    stamp.write()
}

/// A copy of the list that was installed, kept inside the folder it was installed into.
struct Stamp {
    path: PathBuf,
    list: String,
}

impl Stamp {
    fn of(list: &Path, folder: &Path) -> anyhow::Result<Self> {
        Ok(Self {
            path: folder.join(".installed"),
            list: fs::read_to_string(list).with_context(|| format!("cannot read {}", list.display()))?,
        })
    }

    fn is_current(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|installed| installed == self.list)
    }

    fn write(&self) -> anyhow::Result<()> {
        fs::write(&self.path, &self.list).with_context(|| format!("cannot write {}", self.path.display()))
    }
}
