//! A private PostgreSQL cluster for tests: started in a temporary folder, reached through a Unix socket, gone with the test process.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a test says when there is no server to start.
const MISSING: &str = "No PostgreSQL server is installed: `cargo xtask setup` installs it.";

/// Starts a cluster, says "ready", waits until its input ends, and removes everything. Its input ends when the test process is
/// gone, however that happened, so no server is ever left behind. The database sorts by a human language, as many real ones do,
/// so that a statement that relies on the order of bytes must say so.
const KEEPER: &str = r#"
set -eu
folder=$1 bin=$2
cd "$folder"
make() { "$bin/initdb" -D data -U postgres -A trust -E UTF8 --no-sync "$@" >initdb.log 2>&1; }
make --locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US || { rm -rf data; make --locale=C; } || { cat initdb.log >&2; exit 1; }
"$bin/pg_ctl" -D data -w -t 60 -l server.log start -o "-k '$folder' -c listen_addresses= -c max_connections=300 -c shared_buffers=64MB $3" >start.log 2>&1 ||
    { cat start.log server.log >&2; exit 1; }
echo ready
cat >/dev/null || true
"$bin/pg_ctl" -D data -m immediate -w stop >/dev/null 2>&1 || true
cd /
rm -rf "$folder"
"#;

/// A running cluster. Dropping it stops the server and removes its folder.
#[derive(Debug)]
pub struct PgCluster {
    keeper: Child,
    folder: PathBuf,
    psql: PathBuf,
    made: AtomicU64,
}

impl PgCluster {
    /// The cluster of this test binary, started by the first test that asks for it.
    ///
    /// # Panics
    /// When no PostgreSQL server is installed, or it does not start.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Result<PgCluster, String>> = OnceLock::new();
        match SHARED.get_or_init(|| Self::start("")) {
            Ok(cluster) => cluster,
            Err(why) => panic!("{why}"),
        }
    }

    /// Starts a cluster; `options` are given to the server, such as `-c fsync=off`.
    pub fn start(options: &str) -> Result<Self, String> {
        let bin = binaries().ok_or(MISSING)?;
        let folder = tempfile::Builder::new()
            .prefix("lockwright-pg-")
            .tempdir()
            .map_err(|error| format!("no temporary folder for PostgreSQL: {error}"))?
            .keep();
        let mut command = Command::new("runuser");
        if root(&folder)? {
            // The server refuses to run as root.
            hand_over(&folder)?;
            command.args(["-u", "postgres", "--", "sh"]);
        } else {
            command = Command::new("sh");
        }
        command.args(["-c", KEEPER, "keeper"]).args([&folder, &bin]).arg(options).current_dir("/");
        // A group of its own: an interrupt at the terminal ends the tests, and their end ends the cluster in good order.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut keeper = command.spawn().map_err(|error| format!("PostgreSQL's keeper did not start: {error}"))?;
        let mut line = String::new();
        let read = keeper.stdout.take().map(|out| BufReader::new(out).read_line(&mut line));
        if !matches!(read, Some(Ok(_))) || line.trim() != "ready" {
            let _ = keeper.wait();
            let _ = fs::remove_dir_all(&folder);
            return Err("PostgreSQL did not start; its own words stand above".to_owned());
        }
        let psql = bin.join("psql");
        Ok(Self { keeper, folder, psql: if psql.exists() { psql } else { "psql".into() }, made: AtomicU64::new(0) })
    }

    /// Makes a fresh database and returns its address, which needs no password.
    ///
    /// # Panics
    /// When the server does not make it.
    pub fn database(&self) -> String {
        let name = format!("test_{}", self.made.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        self.url(&name)
    }

    /// The address of a database of this cluster.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@{}/{database}", self.folder.display().to_string().replace('/', "%2F"))
    }

    /// Runs SQL beside the program under test and returns what it prints, one row a line.
    ///
    /// # Panics
    /// When the server refuses it.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let output = Command::new(&self.psql)
            .args(["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database, "-c", sql, "-h"])
            .arg(&self.folder)
            .output();
        match output {
            Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
            Ok(output) => panic!("psql: {}", String::from_utf8_lossy(&output.stderr)),
            Err(error) => panic!("psql did not start: {error}"),
        }
    }
}

impl Drop for PgCluster {
    fn drop(&mut self) {
        // Its input ends, it stops the server, removes the folder and goes.
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// The folder of the newest installed server.
fn binaries() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort();
    let elsewhere = ["/usr/local/bin", "/usr/local/pgsql/bin", "/usr/bin"].map(PathBuf::from);
    let mut places = versions.into_iter().rev().map(|(_, path)| path).chain(elsewhere);
    places.find(|place| ["initdb", "pg_ctl", "postgres"].iter().all(|name| place.join(name).exists()))
}

/// Whether we are root: a folder of ours is root's.
fn root(folder: &Path) -> Result<bool, String> {
    fs::metadata(folder).map(|data| data.uid() == 0).map_err(|error| format!("{}: {error}", folder.display()))
}

/// Gives a folder to the user `postgres`.
fn hand_over(folder: &Path) -> Result<(), String> {
    let id = |flag: &str| -> Option<u32> {
        let output = Command::new("id").args([flag, "postgres"]).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    let (user, group) = (id("-u"), id("-g"));
    if user.is_none() {
        return Err(format!("There is no user `postgres` to run the server as. {MISSING}"));
    }
    chown(folder, user, group)
        .and_then(|()| fs::set_permissions(folder, fs::Permissions::from_mode(0o700)))
        .map_err(|error| format!("{}: {error}", folder.display()))
}
