//! The baseline: what was there is set aside, what is new counts, what is gone is told.

use crate::program::{Folder, JOKES, Outcome};

/// A folder of policies with a rule of its own.
fn folder() -> Folder {
    Folder::new()
        .file("rules/jokes.yaml", JOKES)
        .file("policies/a.md", "# Privacy\n\nWe bake bread, just kidding.\n\nWe bake cake, just joking.\n")
        .file("policies/b.md", "# Privacy\n\nWe bake bread, just kidding.\n")
}

fn check(folder: &Folder, args: &[&str]) -> Outcome {
    // A baseline is written instead of a report.
    let writes = args.iter().any(|arg| arg.starts_with("--write-baseline"));
    let format: &[&str] = if writes { &[] } else { &["--format", "concise"] };
    let settled = ["check", "--rules", "rules", "--select", "acme,suppression", "--today", "2026-06-01"];
    folder.run(settled.iter().chain(format).chain(args))
}

#[test]
fn a_baseline_written_and_read_back_gives_no_finding() {
    let folder = folder().file(
        "clauselint.suppressions.yaml",
        "suppressions:\n  - fingerprint: '0000000000000000'\n    rule: acme/jokes\n    reason: unused\n",
    );
    let before = check(&folder, &["."]);
    assert_eq!((before.code, before.stdout.lines().count()), (1, 4), "{}", before.stdout);
    let written = check(&folder, &["--write-baseline", "."]);
    assert_eq!((written.code, written.stdout.as_str()), (0, ""));
    assert_eq!(written.stderr, "note: wrote 4 findings to the baseline `clauselint.baseline.json`\n");
    let after = check(&folder, &["--baseline", "clauselint.baseline.json", "."]);
    assert_eq!((after.code, after.stdout.as_str(), after.stderr.as_str()), (0, "", ""));
    // From another folder, and by another way to the policies, too.
    let report = folder.run([
        "check",
        "--rules",
        "rules",
        "--select",
        "acme,suppression",
        "--baseline",
        "./policies/../clauselint.baseline.json",
        "policies/../policies/a.md",
    ]);
    assert!(
        report.stdout.ends_with("no findings in 1 file\n2 findings set aside (2 in the baseline)\n"),
        "{}",
        report.stdout
    );
}

#[test]
fn the_file_is_sorted_and_has_an_entry_a_line() {
    let folder = folder();
    check(&folder, &["--write-baseline=base.json", "policies"]);
    let text = folder.read("base.json");
    insta::assert_snapshot!(text);
    check(&folder, &["--write-baseline=base.json", "policies/b.md", "policies/a.md"]);
    assert_eq!(folder.read("base.json"), text);
}

#[test]
fn only_what_is_new_counts_wherever_the_old_has_moved() {
    let folder = folder();
    check(&folder, &["--write-baseline", "policies"]);
    folder.write(
        "policies/a.md",
        "# Privacy\n\nWe sell pies, just joking.\n\nWe bake cake,\njust joking.\n\n## Bread\n\nWe bake **bread**, just kidding.\n",
    );
    let outcome = check(&folder, &["--baseline", "clauselint.baseline.json", "policies"]);
    assert_eq!(outcome.stdout, "policies/a.md:3:15: error[acme/jokes] a joke stands in the policy\n");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
}

#[test]
fn a_renamed_file_keeps_its_entries_each_once() {
    let folder = folder();
    check(&folder, &["--write-baseline", "policies"]);
    folder.rename("policies/a.md", "policies/z.md");
    // Two files have the words of `b.md` now, and only one more was in the baseline.
    folder.write("policies/c.md", "# Privacy\n\nWe bake bread, just kidding.\n");
    let outcome = check(&folder, &["--baseline", "clauselint.baseline.json", "policies"]);
    assert_eq!(outcome.stdout.lines().count(), 1, "{}", outcome.stdout);
    // A file that the run does not look at lends nothing to another.
    let folder = self::folder();
    check(&folder, &["--write-baseline", "policies/b.md"]);
    folder.write("policies/c.md", "# Privacy\n\nWe bake bread, just kidding.\n");
    let outcome = check(&folder, &["--baseline", "clauselint.baseline.json", "policies/c.md"]);
    assert_eq!((outcome.code, outcome.stdout.lines().count(), outcome.stderr.as_str()), (1, 1, ""));
}

#[test]
fn what_is_fixed_is_told_and_taken_out() {
    let folder = folder();
    check(&folder, &["--write-baseline", "policies"]);
    folder.write("policies/a.md", "# Privacy\n\nWe bake bread, just kidding.\n");
    let told = check(&folder, &["--baseline", "clauselint.baseline.json", "policies"]);
    assert_eq!(told.code, 0);
    insta::assert_snapshot!(told.stderr, @"
    note: gone from the baseline `clauselint.baseline.json`: 1 finding; `--prune` takes out what is gone
      policies/a.md: acme/jokes b1e68dd180f7c1c9
    ");
    assert_eq!(folder.read("clauselint.baseline.json").matches("fingerprint").count(), 3);
    let pruned = check(&folder, &["--baseline", "clauselint.baseline.json", "--prune", "policies"]);
    assert_eq!(pruned.stderr, "note: took 1 finding out of the baseline `clauselint.baseline.json`\n");
    assert_eq!(folder.read("clauselint.baseline.json").matches("fingerprint").count(), 2);
    // What comes back counts.
    folder.write("policies/a.md", "# Privacy\n\nWe bake cake, just joking.\n");
    assert_eq!(check(&folder, &["--baseline", "clauselint.baseline.json", "policies"]).code, 1);
    // A run that looks at one file takes out nothing of the others.
    check(&folder, &["--baseline", "clauselint.baseline.json", "--prune", "policies/b.md"]);
    assert_eq!(folder.read("clauselint.baseline.json").matches("fingerprint").count(), 2);
}

#[test]
fn a_baseline_that_will_not_do_fails_the_run() {
    let folder = folder()
        .file("bad.json", "{\"version\": 1,\n<<<<<<< ours\n")
        .file("old.json", "{\"version\": 9, \"findings\": []}");
    for (file, said) in [
        ("gone.json", "there is no baseline `gone.json`; `--write-baseline=gone.json` writes one"),
        ("bad.json", "can't use the baseline `bad.json`: it is no baseline: key must be a string at line 2 column 1"),
        ("old.json", "it is a baseline of version 9"),
        ("policies/a.md", "can't use the baseline `policies/a.md`"),
    ] {
        let outcome = check(&folder, &["--baseline", file, "policies"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{file}");
        assert!(outcome.stderr.contains(said), "{file}: {}", outcome.stderr);
    }
    // A policy given by mistake is not written over, and nothing is written of what could not be read.
    let policy = folder.read("policies/a.md");
    assert_eq!(check(&folder, &["--write-baseline=policies/a.md", "policies"]).code, 2);
    assert_eq!(folder.read("policies/a.md"), policy);
    assert_eq!(check(&folder, &["--write-baseline", "policies", "gone.md"]).code, 2);
    assert!(!folder.path("clauselint.baseline.json").exists());
    // The report that is not written is not asked for, either.
    for args in [["--format", "sarif"], ["--output", "json=report.json"]] {
        let outcome = check(&folder, &[&["--write-baseline", "policies"], &args[..]].concat());
        assert!(outcome.code == 2 && outcome.stderr.contains("cannot be used with"), "{}", outcome.stderr);
    }
    let outcome = check(&folder, &["--write-baseline=gone/base.json", "policies"]);
    assert_eq!(outcome.stderr, "error: can't write `gone/base.json`: there is no such folder\n");
}
