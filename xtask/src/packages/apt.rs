//! What Debian and Ubuntu know of packages, asked without root.
//!
//! The lists of the system are read where they are good enough. Where they are not (a fresh
//! container has none, and old ones name files that are gone), lists of our own are fetched into a
//! folder of ours, by the sources and the keys of the system.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use crate::{error::Error, process::output, step::Step};

pub(crate) struct Apt {
    options: Vec<String>,
}

impl Apt {
    /// With the lists that the system has.
    pub(crate) fn of_the_system() -> Self {
        // Root would hand the download to an account that may not write into our folder.
        Self { options: vec!["-o".to_owned(), "APT::Sandbox::User=root".to_owned()] }
    }

    /// With lists of our own, fetched anew into a folder.
    pub(crate) fn of_our_own(folder: &Path) -> Result<Self, Error> {
        for inner in ["state/lists/partial", "cache/archives/partial"] {
            let path = folder.join(inner);
            fs::create_dir_all(&path).map_err(|source| Error::Write { path, source })?;
        }
        let path = folder.join("apt.conf");
        let settings = settings_of_our_own(folder);
        fs::write(&path, settings).map_err(|source| Error::Write { path: path.clone(), source })?;
        let mut apt = Self::of_the_system();
        apt.options.push(format!("--config-file={}", path.display()));
        apt.step().arg("update").run()?;
        Ok(apt)
    }

    /// Of the packages whose names are this and a number, the one with the highest number.
    pub(crate) fn newest(&self, name: &str) -> Result<Option<String>, Error> {
        let answer = self.ask(&["search", "--names-only", &format!("^{name}[0-9]+$")])?;
        Ok(newest(name, &answer))
    }

    /// These packages, and of those that they need what comes along and is not installed.
    pub(crate) fn needed(
        &self,
        packages: &[&str],
        comes_along: impl Fn(&str) -> bool,
    ) -> Result<BTreeSet<String>, Error> {
        let only_depends =
            ["recommends", "suggests", "conflicts", "breaks", "replaces", "enhances"];
        let only_depends = only_depends.map(|kind| format!("--no-{kind}"));
        let mut arguments = vec!["depends", "--recurse"];
        arguments.extend(only_depends.iter().map(String::as_str));
        arguments.extend(packages);
        let answer = self.ask(&arguments)?;
        let format = "-f=${db:Status-Abbrev} ${Package}\n";
        let installed = output(Command::new("dpkg-query").args(["-W", format]))?;
        Ok(choose(packages, &answer, &installed, comes_along))
    }

    /// Downloads packages into a folder.
    pub(crate) fn download(&self, packages: &BTreeSet<String>, into: &Path) -> Result<(), Error> {
        let step = self.step().arg("download").args(packages);
        // apt itself names each of them.
        step.named("apt-get download …").current_dir(into).run()
    }

    fn ask(&self, arguments: &[&str]) -> Result<String, Error> {
        output(Command::new("apt-cache").args(&self.options).args(arguments))
    }

    fn step(&self) -> Step {
        let mut command = Command::new("apt-get");
        // The settings are of no interest to a reader.
        command.arg("-q").args(&self.options).env("LC_ALL", "C");
        Step::new("apt-get", command)
    }
}

/// Our folder in place of the system's, and nothing done on the side: what the system does after
/// its own update (catalogs for shops, clean-ups) is not for this one.
fn settings_of_our_own(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "Dir::State \"{folder}/state\";\nDir::State::status \"/var/lib/dpkg/status\";\n\
         Dir::Cache \"{folder}/cache\";\nAcquire::Languages \"none\";\n\
         #clear APT::Update::Pre-Invoke;\n#clear APT::Update::Post-Invoke;\n\
         #clear APT::Update::Post-Invoke-Success;\n#clear Acquire::IndexTargets::deb::DEP-11;\n"
    )
}

/// The package with the highest number, of an answer of `apt-cache search`.
fn newest(name: &str, answer: &str) -> Option<String> {
    let names = answer.lines().filter_map(|line| line.split_whitespace().next());
    let numbered = names.filter_map(|found| {
        let number: u32 = found.strip_prefix(name)?.parse().ok()?;
        Some((number, found))
    });
    numbered.max().map(|(_, found)| found.to_owned())
}

/// What is downloaded, by the answers of `apt-cache depends` and `dpkg-query`.
fn choose(
    packages: &[&str],
    depends: &str,
    installed: &str,
    comes_along: impl Fn(&str) -> bool,
) -> BTreeSet<String> {
    let installed: BTreeSet<&str> =
        installed.lines().filter_map(|line| line.strip_prefix("ii")).map(str::trim).collect();
    let graph = graph(depends);
    let mut open: Vec<String> = packages.iter().map(|name| (*name).to_owned()).collect();
    let mut chosen = BTreeSet::new();
    while let Some(package) = open.pop() {
        let edges = graph.get(package.as_str()).into_iter().flatten();
        let more = edges.filter(|name| comes_along(name) && !installed.contains(*name));
        let new = more.filter(|name| !chosen.contains(**name));
        open.extend(new.map(|name| (*name).to_owned()));
        chosen.insert(package);
    }
    chosen
}

/// Packages, and what they depend on. A virtual package is left out: its first line is `<name>`.
fn graph(depends: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut graph = BTreeMap::<&str, Vec<&str>>::new();
    let mut package = "";
    for line in depends.lines() {
        if !line.starts_with([' ', '|']) {
            package = line.trim();
            continue;
        }
        let Some((_, name)) = line.split_once("Depends: ") else { continue };
        if !name.starts_with('<') {
            graph.entry(package).or_default().push(name.trim());
        }
    }
    graph
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEPENDS: &str = "postgresql-15\n |Depends: locales\n  Depends: locales-all\n\
        \x20 Depends: postgresql-client-15\n  Depends: postgresql-common\n  Depends: libc6\n\
        \x20 Depends: libicu72\n  Depends: libllvm14\n  Depends: libpq5\n  Depends: <libdb>\n    \
        libdb5\npostgresql-client-15\n  Depends: libpq5\n  Depends: zlib1g\n\
        postgresql-common\n  Depends: libjson-perl\n  Depends: libfar1\nlibpq5\n\
        \x20 Depends: libldap2\nlibldap2\n  PreDepends: libsasl2\n  Depends: libldap2\n";

    fn check(installed: &str, expected: &[&str]) {
        let wanted = ["postgresql-15", "postgresql-client-15", "libpq5"];
        let comes_along = |name: &str| name.starts_with("lib") && name != "libc6";
        let chosen = choose(&wanted, DEPENDS, installed, comes_along);
        assert_eq!(chosen.into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn on_a_bare_system_the_libraries_come_along() {
        let libraries = ["libicu72", "libldap2", "libllvm14", "libpq5", "libsasl2"];
        let programs = ["postgresql-15", "postgresql-client-15"];
        check("ii  libc6\nrc  libicu72\n", &[&libraries[..], &programs[..]].concat());
    }

    #[test]
    fn what_is_installed_does_not_come_along_but_what_is_wanted_is_downloaded() {
        let installed =
            "ii  libicu72\nii  libldap2\nii  libllvm14\nii  libpq5\nii  postgresql-15\n";
        check(installed, &["libpq5", "postgresql-15", "postgresql-client-15"]);
    }

    #[test]
    fn the_newest_is_the_one_with_the_highest_number() {
        let answer = "postgresql-9 - old\npostgresql-15 - a database\npostgresql-16 - a database\n";
        assert_eq!(newest("postgresql-", answer), Some("postgresql-16".to_owned()));
        assert_eq!(newest("postgresql-", "postgresql-common - x\n"), None);
    }
}
