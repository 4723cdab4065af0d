//! What is built and shipped besides the code: where the dependencies come from, why each is there, what the bill of
//! materials lists. `scripts/check-supply` asks more, with a tool and the network; here is what needs neither.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::program::root;

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// The lines of the tables of `Cargo.toml` whose name ends in this, each with the line before it.
fn entries<'t>(manifest: &'t str, tables: &str) -> Vec<(&'t str, &'t str)> {
    let mut inside = false;
    let mut found = Vec::new();
    for (before, line) in manifest.lines().zip(manifest.lines().skip(1)) {
        if let Some(table) = line.strip_prefix('[') {
            inside = table.trim_end_matches(']').ends_with(tables);
        } else if inside && line.contains(" = ") {
            found.push((before, line));
        }
    }
    found
}

/// What `Cargo.lock` says of a crate.
struct Locked {
    source: Option<String>,
    checksum: Option<String>,
}

/// The crates of `Cargo.lock`, by name and version.
fn locked() -> BTreeMap<(String, String), Locked> {
    let lock = read("Cargo.lock");
    let packages = lock.split("[[package]]\n").skip(1);
    packages
        .map(|package| {
            let value = |key: &str| {
                let line = package.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""))?;
                Some(line.trim_end_matches('"').to_owned())
            };
            let crate_name = (value("name").unwrap(), value("version").unwrap());
            (crate_name, Locked { source: value("source"), checksum: value("checksum") })
        })
        .collect()
}

#[test]
fn every_dependency_is_a_version_of_crates_io_with_its_checksum() {
    let locked = locked();
    assert!(locked.len() > 100, "{}", locked.len());
    for ((name, version), Locked { source, checksum }) in locked {
        if name == env!("CARGO_PKG_NAME") {
            assert_eq!((source, checksum), (None, None));
            continue;
        }
        let crates_io = "registry+https://github.com/rust-lang/crates.io-index";
        assert_eq!(source.as_deref(), Some(crates_io), "{name} {version}");
        assert_eq!(checksum.map(|sum| sum.len()), Some(64), "{name} {version}");
    }
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = read("Cargo.toml");
    let dependencies = entries(&manifest, "dependencies");
    assert!(dependencies.len() > 30, "{dependencies:?}");
    let mut explained = BTreeSet::new();
    for (before, line) in dependencies {
        let name = line.split(" = ").next().unwrap();
        // A crate that is named twice is explained once.
        assert!(before.starts_with("# ") || explained.contains(name), "nothing tells why `{name}` is there");
        explained.insert(name);
    }
}

#[test]
fn unsafe_code_is_forbidden() {
    let manifest = read("Cargo.toml");
    let lints = entries(&manifest, "lints.rust");
    assert!(lints.iter().any(|(_, line)| *line == "unsafe_code = \"forbid\""), "{lints:?}");
}

#[cfg(target_os = "linux")]
mod check {
    //! `scripts/check-supply` with programs in the place of cargo-deny and cargo.

    use std::os::unix::fs::PermissionsExt as _;
    use std::process::Command;

    use super::read;
    use crate::program::root;

    /// Whether the database of advisories can be fetched.
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Database {
        Near,
        OutOfReach,
    }

    /// What came of the script.
    #[derive(Debug)]
    struct Checked {
        code: i32,
        stdout: String,
        /// The checks that cargo-deny was asked for, a line a call.
        asked: String,
    }

    /// Runs the script with a cargo-deny that exits with this code, and a cargo that says this.
    fn check(database: Database, verdict: i32, cargo: &str) -> Checked {
        let folder = tempfile::tempdir().unwrap();
        let asked = folder.path().join("asked");
        let script = read("scripts/check-supply");
        let version = script.lines().find_map(|line| line.strip_prefix("version=")).unwrap();
        let fetched = i32::from(database == Database::OutOfReach);
        let deny = format!(
            "case $1 in --version) echo cargo-deny {version}; exit ;; fetch) exit {fetched} ;; esac\n\
             echo \"$*\" >>'{}'\nexit {verdict}",
            asked.display()
        );
        for (name, script) in [("cargo-deny", deny), ("cargo", format!("echo '{cargo}' >&2"))] {
            let path = folder.path().join(name);
            std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
        let output = Command::new("bash").arg(root().join("scripts/check-supply")).env("PATH", path).output().unwrap();
        Checked {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            asked: std::fs::read_to_string(asked).unwrap_or_default(),
        }
    }

    #[test]
    fn advisories_count_where_they_can_be_had() {
        let checked = check(Database::Near, 0, "");
        assert_eq!(checked.code, 0, "{checked:?}");
        assert!(!checked.stdout.contains("NOT CHECKED"), "{checked:?}");
        // Of the package, and of the fuzz targets.
        assert_eq!(checked.asked.matches("check bans licenses sources advisories").count(), 2, "{checked:?}");
    }

    #[test]
    fn without_advisories_the_rest_is_checked_and_that_is_said() {
        let checked = check(Database::OutOfReach, 0, "");
        assert_eq!(checked.code, 0, "{checked:?}");
        assert!(checked.stdout.contains("ADVISORIES WERE NOT CHECKED"), "{checked:?}");
        assert_eq!(checked.asked.matches("check bans licenses sources").count(), 2, "{checked:?}");
        assert!(!checked.asked.contains("advisories"), "{checked:?}");
    }

    #[test]
    fn without_advisories_a_yanked_version_fails_all_the_same() {
        let checked = check(Database::OutOfReach, 0, "warning: package `a v1.0.0` in Cargo.lock is yanked in registry");
        assert_eq!(checked.code, 1, "{checked:?}");
    }

    #[test]
    fn what_breaks_a_rule_fails() {
        for database in [Database::Near, Database::OutOfReach] {
            let checked = check(database, 4, "");
            assert_eq!(checked.code, 4, "{checked:?}");
        }
    }
}

/// The bill of materials, where there is a Python to make it.
fn bill() -> Option<serde_json::Value> {
    let mut python = Command::new("python3");
    let made =
        python.arg(root().join("scripts/sbom")).env("CARGO", env!("CARGO")).env("SOURCE_DATE_EPOCH", "0").output();
    let made = made.ok()?;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    Some(serde_json::from_slice(&made.stdout).unwrap())
}

#[test]
fn the_bill_of_materials_lists_what_is_shipped() {
    let Some(bill) = bill() else { return };
    assert_eq!((&bill["bomFormat"], &bill["specVersion"]), (&"CycloneDX".into(), &"1.6".into()));
    assert_eq!(bill["metadata"]["timestamp"], "1970-01-01T00:00:00Z");
    let text = bill.to_string();
    assert!(!text.contains(root().to_str().unwrap()) && !text.contains("file:"), "a path is told");

    let locked = locked();
    let mut scopes = BTreeMap::new();
    for component in bill["components"].as_array().unwrap() {
        let told = |key: &str| component[key].as_str().unwrap().to_owned();
        let (name, version) = (told("name"), told("version"));
        assert!(!component["licenses"][0]["expression"].as_str().unwrap().is_empty(), "{name}");
        if name != "std" {
            assert_eq!(told("purl"), format!("pkg:cargo/{name}@{version}"));
            let known = &locked[&(name.clone(), version)];
            assert_eq!(component["hashes"][0]["content"].as_str(), known.checksum.as_deref(), "{name}");
        }
        scopes.insert(name, told("scope"));
    }
    let manifest = read("Cargo.toml");
    for (_, line) in entries(&manifest, "[dependencies") {
        let name = line.split(" = ").next().unwrap();
        let package = line.split("package = \"").nth(1).map_or(name, |rest| rest.split('"').next().unwrap());
        assert_eq!(scopes.get(package).map(String::as_str), Some("required"), "{package}");
    }
    for (name, scope) in
        [("std", Some("required")), ("serde_derive", Some("excluded")), ("proptest", None), ("insta", None)]
    {
        assert_eq!(scopes.get(name).map(String::as_str), scope, "{name}");
    }
}

#[test]
fn the_bill_of_materials_leads_from_the_program_to_every_crate() {
    let Some(bill) = bill() else { return };
    let mut needs: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for node in bill["dependencies"].as_array().unwrap() {
        let needed = node["dependsOn"].as_array().unwrap().iter().map(|needed| needed.as_str().unwrap());
        needs.insert(node["ref"].as_str().unwrap(), needed.collect());
    }
    let mut reached = BTreeSet::new();
    let mut open = vec![bill["metadata"]["component"]["bom-ref"].as_str().unwrap()];
    while let Some(reference) = open.pop() {
        if reached.insert(reference) {
            open.extend(&needs[reference]);
        }
    }
    let listed: BTreeSet<&str> =
        bill["components"].as_array().unwrap().iter().map(|component| component["bom-ref"].as_str().unwrap()).collect();
    reached.remove(bill["metadata"]["component"]["bom-ref"].as_str().unwrap());
    assert_eq!(reached, listed);
}
