//! What the architecture promises, as far as a machine can see it: the direction of the modules, and what each may know.

use std::fs;
use std::path::{Path, PathBuf};

use crate::program::root;

/// The modules in their order: each may use those before it.
const ORDER: [&str; 14] = [
    "source",
    "diagnostic",
    "yaml",
    "document",
    "rule",
    "check",
    "diff",
    "config",
    "suppress",
    "baseline",
    "record",
    "eval",
    "report",
    "cli",
];
const CORE: [&str; 10] =
    ["source", "diagnostic", "yaml", "document", "rule", "check", "diff", "suppress", "baseline", "record"];

/// Every source file with the top-level module it belongs to and its code: comments, and the tests at its end, left out.
fn modules() -> Vec<(PathBuf, String, String)> {
    let mut files = Vec::new();
    collect(&root().join("src"), &mut files);
    files.sort();
    let module = |path: &Path| {
        let inner = path.strip_prefix(root().join("src")).unwrap();
        inner.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
    };
    files
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\n").next().unwrap();
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            (path.clone(), module(&path), lines.collect::<Vec<_>>().join("\n"))
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

#[test]
fn a_module_uses_only_those_before_it() {
    let mut seen = 0;
    for (path, module, code) in modules() {
        let Some(place) = ORDER.iter().position(|name| *name == module) else { continue };
        for later in &ORDER[place + 1..] {
            assert!(!code.contains(&format!("crate::{later}")), "{} uses crate::{later}", path.display());
        }
        seen += usize::from(code.contains("crate::"));
    }
    assert!(seen >= 15, "the scan sees hardly any module: {seen}");
}

#[test]
fn the_core_does_no_io() {
    for (path, module, code) in modules() {
        if !CORE.contains(&module.as_str()) {
            continue;
        }
        for forbidden in
            ["std::fs", "std::io", "std::env", "std::time", "std::net", "std::process", "println!", "HashMap::iter"]
        {
            assert!(!code.contains(forbidden), "{} has {forbidden}", path.display());
        }
    }
}

#[test]
fn each_format_is_known_in_one_place() {
    for (path, _, code) in modules() {
        let name = path.strip_prefix(root().join("src")).unwrap().to_str().unwrap().replace('\\', "/");
        for (crate_name, home) in [
            ("clap_complete", "cli/completions.rs"),
            ("clap_mangen", "cli/man.rs"),
            ("Command::new(\"", "cli/git.rs"),
            ("miette", "report/graphical.rs"),
            ("serde_yaml", "yaml.rs"),
            ("pulldown_cmark", "document/markdown.rs"),
            ("html5gum", "document/html.rs"),
            (
                "serde_json",
                "baseline.rs report/diff/json.rs report/gitlab.rs report/json.rs report/jsonl.rs report/sarif.rs cli/config.rs record.rs \
                 cli/outline.rs cli/eval.rs rule/file/compact.rs",
            ),
            ("csv::Writer", "report/csv.rs"),
            ("tempfile", "cli/whole.rs"),
            ("indicatif", "cli/progress.rs"),
            ("signal_hook", "cli/interrupt.rs"),
            ("base64::", "record.rs"),
            ("clap::", "cli.rs cli/"),
        ] {
            assert!(
                !code.contains(crate_name)
                    || home
                        .split_whitespace()
                        .any(|home| home == name || (home.ends_with('/') && name.starts_with(home))),
                "{name} knows {crate_name}"
            );
        }
    }
}

#[test]
fn the_code_knows_no_law() {
    for (path, module, code) in modules() {
        for law in ["gdpr", "caloppa", "data subject", "personal data", "legal basis"] {
            // Help texts may show a rule's id.
            assert!(module == "cli" || !code.to_lowercase().contains(law), "{} has \"{law}\"", path.display());
        }
    }
}

#[test]
fn no_module_is_named_for_nothing_it_owns() {
    for (path, ..) in modules() {
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(
            !["util", "utils", "helper", "helpers", "common", "misc", "types", "models", "mod"].contains(&name),
            "{name}"
        );
    }
}
