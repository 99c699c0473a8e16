//! The folder of one cluster, and the server that runs in it.
//!
//! The folder belongs to the account that runs the server, and nobody else may look into it. What
//! is done to a server is done by that account and not by root, so that a wrong number in a file
//! can do no more harm than the account could.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use super::{
    account::Account,
    cluster::Address,
    processes::{self, Do},
    programs::Programs,
};
use crate::{error::Error, process::output};

/// The user that owns everything in a cluster.
pub(super) const SUPERUSER: &str = "sternway";

/// As safe as a server that people rely on, and quiet; the rest is as the release has it. The size
/// is one that a small machine can spare some times over.
const SETTINGS: &str = "\
listen_addresses = '127.0.0.1'
fsync = on
synchronous_commit = on
max_connections = 300
shared_buffers = '64MB'
log_min_messages = log
log_min_error_statement = panic
log_checkpoints = off
";

/// Who may come in, and that a password is never said, but proven.
const PROOFS: &str = "\
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
host replication all 127.0.0.1/32 scram-sha-256
";

/// The folder that a small disk is mounted on.
const SMALL_DISK: &str = "disk";

/// How many lines at the end of the server's log explain why it did not start.
const LAST_LINES: usize = 12;

#[derive(Debug, Clone)]
pub(super) struct Site {
    folder: PathBuf,
    programs: Programs,
    account: Account,
}

impl Site {
    pub(super) const fn new(folder: PathBuf, programs: Programs, account: Account) -> Self {
        Self { folder, programs, account }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) const fn programs(&self) -> &Programs {
        &self.programs
    }

    pub(super) const fn account(&self) -> &Account {
        &self.account
    }

    /// Writes a file that the account alone can read.
    pub(super) fn give(&self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.folder.join(name);
        write(&path, text)?;
        close(&path).map_err(|source| Error::Write { path: path.clone(), source })?;
        self.account.give(&path)
    }

    /// Has the server encrypt what clients want encrypted, by a certificate and its key in PEM, and ask
    /// for proofs of passwords, as servers that others reach do.
    pub(super) fn encrypt(&self, certificate: &str, key: &str) -> Result<(), Error> {
        self.give("data/server.crt", certificate)?;
        self.give("data/server.key", key)?;
        self.give("data/pg_hba.conf", PROOFS)?;
        self.configure("ssl = on\n")?;
        self.reload()
    }

    /// Makes an empty cluster. The superuser has to say the password, also on the socket.
    pub(super) fn initialize(&self, password: &str) -> Result<(), Error> {
        let told = self.folder.join("password");
        self.give("password", password)?;
        // What fsync would save here is not missed after a loss of power: the folder is swept. A proof of
        // the password is thousands of rounds, most of what a client does that was not optimized.
        let fixed = ["--no-sync", "--encoding=UTF8", "--locale=C", "--auth=password"];
        let mut initdb = self.command("initdb");
        initdb.args(fixed).args(["--username", SUPERUSER]);
        output(initdb.arg("--pwfile").arg(&told).arg("--pgdata").arg(self.data()))?;
        fs::remove_file(&told).map_err(|source| Error::Write { path: told, source })?;
        let socket = self.folder.display();
        self.configure(&format!("{SETTINGS}unix_socket_directories = '{socket}'\n"))
    }

    /// Makes a cluster that is the same as another one, and follows it under this name.
    pub(super) fn follow(&self, leader: &Address, name: &str) -> Result<(), Error> {
        let Address { port, password } = leader;
        let told = format!("host=127.0.0.1 port={port} user={SUPERUSER} application_name={name}");
        let mut copy = self.command("pg_basebackup");
        copy.args(["--write-recovery-conf", "--checkpoint=fast", "--no-sync", "--dbname", &told]);
        // A list of processes shows arguments, and no variables.
        output(copy.env("PGPASSWORD", password).arg("--pgdata").arg(self.data()))?;
        let socket = self.folder.display();
        self.configure(&format!("unix_socket_directories = '{socket}'\n"))
    }

    /// Makes a server that follows another one a server of its own, and waits until it takes writes.
    pub(super) fn promote(&self) -> Result<(), Error> {
        let mut promote = self.command("pg_ctl");
        promote.args(["promote", "--silent", "--wait", "--timeout=60", "--pgdata"]);
        output(promote.arg(self.data())).map(drop)
    }

    /// Has the server read its settings again.
    pub(super) fn reload(&self) -> Result<(), Error> {
        let mut reload = self.command("pg_ctl");
        output(reload.args(["reload", "--silent", "--pgdata"]).arg(self.data())).map(drop)
    }

    /// Runs something that goes on, under a name by which it is ended with the rest.
    pub(super) fn run(&self, name: &str, mut command: Command) -> Result<Child, Error> {
        let log = self.folder.join(format!("{name}.log"));
        let opened = File::options().create(true).append(true).open(&log);
        let both = opened.and_then(|log| Ok((log.try_clone()?, log)));
        let (stdout, stderr) = both.map_err(|source| Error::Write { path: log, source })?;
        command.current_dir(&self.folder).stdin(Stdio::null()).stdout(stdout).stderr(stderr);
        let child = command.spawn();
        let child = child.map_err(|source| Error::Start { command: name.to_owned(), source })?;
        write(&self.folder.join(format!("{name}.pid")), &format!("{}\n", child.id()))?;
        Ok(child)
    }

    /// Adds settings. Of two that have the same name, the later one counts.
    pub(super) fn configure(&self, settings: &str) -> Result<(), Error> {
        let path = self.data().join("postgresql.conf");
        let file = OpenOptions::new().append(true).open(&path);
        let written = file.and_then(|mut file| file.write_all(settings.as_bytes()));
        written.map_err(|source| Error::Write { path, source })
    }

    /// Starts the server, and waits until it answers.
    pub(super) fn serve(&self) -> Result<(), Error> {
        let mut start = self.command("pg_ctl");
        start.args(["start", "--silent", "--wait", "--timeout=60", "--pgdata"]).arg(self.data());
        let mut started = output(start.arg("--log").arg(self.log()));
        // pg_ctl itself only says that it could not.
        if let Err(Error::Failed { source, .. }) = &mut started {
            source.0.push('\n');
            source.0.push_str(&self.last_words());
        }
        started.map(drop)
    }

    /// The end of the server's log.
    pub(super) fn last_words(&self) -> String {
        let log = fs::read(self.log()).unwrap_or_default();
        last_lines(&String::from_utf8_lossy(&log))
    }

    /// Whether its server runs.
    pub(super) fn is_served(&self) -> bool {
        processes::running(&self.data().join("postmaster.pid"), &self.data()).is_some()
    }

    /// Stops the server, and deletes everything. Nothing is to be kept, so it need not end well.
    pub(super) fn end(&self) -> Result<(), Error> {
        self.crash()?;
        self.kill_others();
        let disk = self.folder.join(SMALL_DISK);
        if disk.exists() {
            // Where nothing was mounted there is nothing to take away.
            drop(output(Command::new("umount").arg(&disk)));
        }
        let path = &self.folder;
        fs::remove_dir_all(path).map_err(|source| Error::Remove { path: path.clone(), source })
    }

    /// Ends what else was started here.
    fn kill_others(&self) {
        for file in processes::files(&self.folder) {
            if let Some(process) = processes::running(&file, &self.folder) {
                processes::make(Do::End, &processes::tree(process));
            }
        }
    }

    /// Stops the server as a loss of power would, and waits until it is gone.
    pub(super) fn crash(&self) -> Result<(), Error> {
        if self.is_served() {
            let mut stop = self.command("pg_ctl");
            stop.args(["stop", "--silent", "--wait", "--mode=immediate", "--pgdata"]);
            let stopped = output(stop.arg(self.data()));
            // It may have stopped by itself in between.
            if self.is_served() {
                stopped?;
            }
        }
        Ok(())
    }

    /// A disk of so many MiB within its folder, which the server may write to; nothing if only root
    /// may make one.
    pub(super) fn small_disk(&self, mebibytes: u32) -> Result<Option<PathBuf>, Error> {
        let path = self.folder.join(SMALL_DISK);
        let made = fs::create_dir(&path);
        made.map_err(|source| Error::Write { path: path.clone(), source })?;
        let size = format!("size={mebibytes}m");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&path);
        if output(&mut mount).is_err() {
            return Ok(None);
        }
        self.account.give(&path)?;
        Ok(Some(path))
    }

    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = self.programs.command(&self.account, program);
        // Where we are, the account may not be allowed to be.
        command.current_dir(&self.folder);
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }
}

pub(super) fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(|source| Error::Write { path: path.to_owned(), source })
}

#[cfg(unix)]
fn close(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
const fn close(_: &Path) -> std::io::Result<()> {
    Ok(())
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let (_, last) = lines.split_at(lines.len().saturating_sub(LAST_LINES));
    last.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_without_a_server_is_deleted_without_a_program() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("sternway-pg-x");
        fs::create_dir_all(inner.join("data")).unwrap();
        let programs = Programs::installed("no/such/folder".into());
        Site::new(inner.clone(), programs, Account::Ours).end().unwrap();
        assert!(!inner.exists());
    }

    #[test]
    fn the_last_words_are_the_last_lines() {
        let lines: Vec<String> = (0..20).map(|number| number.to_string()).collect();
        assert!(last_lines(&lines.join("\n")).starts_with("8\n9\n"));
        assert_eq!(last_lines("one\n"), "one");
    }
}
