//! Input that nobody means well with, or that is broken: what can't be read is told, and all else is still checked.

use crate::program::{Folder, Outcome, Program};

const POLICY: &str = "# Privacy\n\nWe may sell your data.\n";

/// The policies that a run checked, by their names.
fn checked(outcome: &Outcome) -> Vec<String> {
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{outcome:?}"));
    let names = report["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap().to_owned());
    names.collect()
}

fn check(folder: &Folder, args: &[&str]) -> Outcome {
    folder.run(["check", "--format", "json"].iter().chain(args))
}

#[test]
fn a_policy_larger_than_the_limit_is_told_and_the_others_are_checked() {
    let folder = Folder::new().file("a.md", POLICY).file("b.md", "We keep it. ".repeat(100)).file("c.md", POLICY);
    let outcome = check(&folder, &["--max-file-size", "1kB", "."]);
    assert_eq!((outcome.code, checked(&outcome)), (2, vec!["a.md".to_owned(), "c.md".to_owned()]));
    insta::assert_snapshot!(outcome.stderr, @"error: can't read `b.md`: it is larger than 1 kB, which is the most that is read; split it, or set another limit with `--max-file-size`, or with `max-file-size:` in clauselint.yaml");
}

#[test]
fn what_is_no_text_is_told_and_the_others_are_checked() {
    let utf16: Vec<u8> = "# Privacy\n\nWe keep data.".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf32: Vec<u8> = "\u{FEFF}We".chars().flat_map(|c| (c as u32).to_le_bytes()).collect();
    let files: [(&str, &[u8], &str); 7] = [
        ("a.md", b"%PDF-1.7\n1 0 obj", "a PDF document"),
        ("b.md", b"PK\x03\x04\x14\0", "a Word or OpenDocument file, or another archive"),
        ("c.md", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old Word document"),
        ("d.md", br"{\rtf1\ansi We keep data.}", "a Rich Text document"),
        ("e.md", &utf16, "in UTF-16 without a byte order mark"),
        ("f.md", &utf32, "in UTF-32"),
        ("g.md", b"\x7FELF\x02\x01\0\0\0\x01", "a binary file"),
    ];
    let folder =
        Folder::new().file("h.md", "# Privacy\n\nWe keep\0 data.\n\nWe share your data, and sell none of it.\n");
    files.iter().for_each(|(name, bytes, _)| folder.write(name, bytes));
    let outcome = check(&folder, &["."]);
    assert_eq!((outcome.code, checked(&outcome)), (2, vec!["h.md".to_owned()]));
    let told = |(name, _, format): &(&str, &[u8], &str)| {
        format!(
            "error: `{name}` is no text: it is {format}; save the policy as Markdown, HTML or plain text, in UTF-8\n"
        )
    };
    assert_eq!(outcome.stderr, files.iter().map(told).collect::<String>());
    // By records, too.
    let line = r#"{"id": "a", "base64": "JVBERi0xLjcK"}"#;
    let outcome = Program::new().args(["check", "--stdin-jsonl"]).stdin(line).run();
    assert_eq!(outcome.code, 2);
    assert!(outcome.stdout.contains("expected a text, here is a PDF document; save the policy"), "{}", outcome.stdout);
}

#[test]
fn the_limit_of_size_can_be_configured_for_files_and_standard_input() {
    let folder = Folder::new().file("a.md", POLICY).file("clauselint.yaml", "max-file-size: 10 B\n");
    assert_eq!(check(&folder, &["a.md"]).code, 2);
    assert_eq!(checked(&check(&folder, &["a.md", "--max-file-size", "1MiB"])), ["a.md"]);
    let shown = folder.run(["config", "a.md"]).stdout;
    let line = shown.lines().find(|line| line.contains("max-file-size")).unwrap_or_default();
    assert_eq!(line.split_whitespace().collect::<Vec<_>>(), ["max-file-size", "10", "bytes", "clauselint.yaml:1"]);

    folder.write("clauselint.yaml", "max-file-size: 100\n");
    assert_eq!(checked(&check(&folder, &["a.md"])), ["a.md"]);
    folder.write("clauselint.yaml", "max-file-size: a lot\n");
    let stderr = check(&folder, &["a.md"]).stderr;
    assert!(stderr.contains("config/max-file-size") && stderr.contains("as in `64MiB`"), "{stderr}");

    let outcome = Program::new().args(["check", "-", "--max-file-size", "10"]).stdin(POLICY).run();
    assert_eq!(outcome.code, 2);
    insta::assert_snapshot!(outcome.stderr, @"error: can't read standard input: it is larger than 10 bytes, which is the most that is read; split it, or set another limit with `--max-file-size`, or with `max-file-size:` in clauselint.yaml");
    assert_eq!(Program::new().args(["check", "a.md", "--max-file-size", "0"]).run().code, 2);
    let outline = folder.run(["outline", "a.md", "--max-file-size", "3"]);
    assert!(outline.stderr.contains("larger than 3 bytes"), "{}", outline.stderr);
}

#[test]
fn rules_configuration_and_suppressions_have_limits_of_their_own() {
    let huge = format!("# {}\n", "x".repeat(4 << 20));
    let folder = Folder::new().file("a.md", POLICY);
    for (name, args) in [
        ("rules/big.yaml", vec!["check", "--rules", "rules", "a.md"]),
        ("clauselint.yaml", vec!["check", "a.md"]),
        ("own.yaml", vec!["check", "--suppressions", "own.yaml", "a.md"]),
    ] {
        folder.write(name, &huge);
        let outcome = folder.run(&args);
        assert_eq!(outcome.code, 2, "{name}");
        let told = ["larger than 1 MiB", "larger than 4 MiB"].iter().any(|told| outcome.stderr.contains(told));
        assert!(told, "{name}: {}", outcome.stderr);
        std::fs::remove_file(folder.path(name)).unwrap();
    }
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    /// Makes a pipe that nobody writes to.
    fn pipe(folder: &Folder, name: &str) {
        let made = Command::new("mkfifo").arg(folder.path(name)).status().unwrap();
        assert!(made.success());
    }

    #[test]
    fn pipes_sockets_and_devices_are_told_and_never_opened() {
        let folder = Folder::new().file("a.md", POLICY);
        pipe(&folder, "b.md");
        let _socket = std::os::unix::net::UnixListener::bind(folder.path("c.md")).unwrap();
        symlink("/dev/zero", folder.path("d.html")).unwrap();
        let outcome = check(&folder, &["."]);
        assert_eq!((outcome.code, checked(&outcome)), (2, vec!["a.md".to_owned()]));
        insta::assert_snapshot!(outcome.stderr, @"
error: can't read `b.md`: it is a named pipe, not a file
error: can't read `c.md`: it is a socket, not a file
");
        let outcome = check(&folder, &["a.md", "b.md", "d.html", "/dev/zero"]);
        assert_eq!((outcome.code, checked(&outcome)), (2, vec!["a.md".to_owned()]));
        insta::assert_snapshot!(outcome.stderr, @"
error: can't read `b.md`: it is a named pipe, not a file; pass what it holds to standard input (`-`)
error: can't read `d.html`: it is a device, not a file; pass what it holds to standard input (`-`)
error: can't read `/dev/zero`: it is a device, not a file; pass what it holds to standard input (`-`)
");
    }

    #[test]
    fn a_pipe_in_place_of_a_configuration_or_of_rules_is_told() {
        let folder = Folder::new().file("a.md", POLICY);
        pipe(&folder, "pipe.yaml");
        for args in [
            ["check", "a.md", "--config", "pipe.yaml"],
            ["check", "a.md", "--rules", "pipe.yaml"],
            ["check", "a.md", "--suppressions", "pipe.yaml"],
            ["check", "a.md", "--baseline", "pipe.yaml"],
        ] {
            let outcome = folder.run(args);
            assert_eq!(outcome.code, 2, "{args:?}");
            let told = "it is a named pipe, not a file; write what it holds to a file, and name that";
            assert!(outcome.stderr.contains(told), "{args:?}: {}", outcome.stderr);
        }
    }

    /// What lies where a configuration or suppressions are looked for was put there to hold: it is not passed by.
    #[test]
    fn what_is_found_and_can_t_be_read_is_told() {
        for name in ["clauselint.yaml", "clauselint.suppressions.yaml"] {
            let link = Folder::new().file("legal/a.md", POLICY);
            symlink("gone", link.path(name)).unwrap();
            let folder = Folder::new().file("legal/a.md", POLICY).file(&format!("{name}/b.md"), POLICY);
            let piped = Folder::new().file("legal/a.md", POLICY);
            pipe(&piped, name);
            for (folder, told) in
                [(&link, "symbolic link that leads nowhere"), (&folder, "it is a folder"), (&piped, "named pipe")]
            {
                let outcome = folder.run(["check", "legal/a.md"]);
                assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{name}: {told}");
                assert!(outcome.stderr.contains(name) && outcome.stderr.contains(told), "{}", outcome.stderr);
            }
            let writes = match name {
                "clauselint.yaml" => link.run(["init"]),
                _ => link.run(["suppress", "0123456789abcdef", "--reason", "x", "legal"]),
            };
            assert_eq!(writes.code, 2, "{name}");
            assert!(link.path(name).is_symlink(), "{name}");
        }
        let reported = Folder::new().file("a.md", POLICY);
        symlink("gone", reported.path("report.json")).unwrap();
        let outcome = reported.run(["check", "--output", "json=report.json", "a.md"]);
        assert_eq!(outcome.code, 2);
        assert!(outcome.stderr.contains("`report.json`: it is a symbolic link that leads nowhere"));
        assert!(reported.path("report.json").is_symlink());
    }

    #[test]
    fn what_a_shell_pipes_in_by_a_path_is_read() {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin!("clauselint"));
        let child = child.args(["check", "--format", "json", "/dev/stdin"]);
        let child = child.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut child = child.spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), POLICY.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert_eq!(checked(&Outcome { code: 0, stdout, stderr: String::new() }), ["/dev/stdin"]);
    }

    #[test]
    fn links_that_lead_nowhere_or_round_and_round_are_told() {
        let folder = Folder::new().file("a.md", POLICY).file("deep/b.md", POLICY);
        symlink("gone.md", folder.path("dangling.md")).unwrap();
        symlink("loop.md", folder.path("loop.md")).unwrap();
        // A folder in itself, and a link to a policy that is checked anyway.
        symlink("..", folder.path("deep/up")).unwrap();
        symlink("a.md", folder.path("same.md")).unwrap();
        let outcome = check(&folder, &["."]);
        assert_eq!((outcome.code, checked(&outcome)), (2, vec!["a.md".to_owned(), "deep/b.md".to_owned()]));
        insta::assert_snapshot!(outcome.stderr, @"
error: can't read `dangling.md`: it is a symbolic link that leads nowhere
error: can't read `loop.md`: it is a symbolic link that leads nowhere
");
        let outcome = check(&folder, &["dangling.md", "loop.md", "same.md"]);
        assert_eq!((outcome.code, checked(&outcome)), (2, vec!["same.md".to_owned()]));
        insta::assert_snapshot!(outcome.stderr, @"
error: can't read `dangling.md`: it is a symbolic link that leads nowhere
error: can't read `loop.md`: it is a symbolic link that leads nowhere
");
        let only_links = Folder::new().file("real/a.md", POLICY).file("links/x", "");
        symlink("../real/a.md", only_links.path("links/a.md")).unwrap();
        let outcome = check(&only_links, &["links"]);
        assert_eq!(outcome.code, 2);
        assert!(outcome.stderr.contains("symbolic links are not followed"), "{}", outcome.stderr);
    }

    #[test]
    fn a_folder_that_can_not_be_read_is_told_and_the_others_are_checked() {
        let folder = Folder::new().file("a.md", POLICY).file("z/b.md", POLICY);
        // A name longer than the system takes, and a file where a folder would have to be.
        let long = "x".repeat(300);
        let outcome = check(&folder, &["a.md", &long, "a.md/b.md", "z"]);
        assert_eq!((outcome.code, checked(&outcome)), (2, vec!["a.md".to_owned(), "z/b.md".to_owned()]));
        insta::assert_snapshot!(outcome.stderr.replace(&long, "xxx"), @"
error: can't read `xxx`: File name too long
error: can't read `a.md/b.md`: Not a directory
");
    }

    /// Root may read everything, so the program is run as nobody, where that can be done.
    #[test]
    fn what_may_not_be_read_is_told_and_the_others_are_checked() {
        use std::os::unix::fs::PermissionsExt as _;
        use std::os::unix::process::CommandExt as _;
        let folder = Folder::new().file("a.md", POLICY).file("b.md", POLICY).file("shut/c.md", POLICY);
        let set = |name: &str, mode: u32| {
            std::fs::set_permissions(folder.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
        };
        set("", 0o755);
        set("b.md", 0);
        set("shut", 0);
        let program = folder.path("clauselint");
        let mut command = Command::new(&program);
        command.args(["check", "--format", "json", "."]).current_dir(folder.path(""));
        // Nobody may not write either: what the program counts of its coverage, if it does, goes nowhere.
        command.env("LLVM_PROFILE_FILE", "/dev/null");
        if std::fs::read(folder.path("b.md")).is_ok() {
            // The program may lie where nobody may go, so a copy is run. Another process makes it: while a file is open for
            // writing it can't be run, and what this one has open its other threads hand on to what they start.
            let copied = Command::new("cp").arg(assert_cmd::cargo::cargo_bin!("clauselint")).arg(&program).status();
            assert!(copied.unwrap().success());
            command.uid(65_534).gid(65_534);
        } else {
            symlink(assert_cmd::cargo::cargo_bin!("clauselint"), &program).unwrap();
        }
        let output = command.output().unwrap();
        set("shut", 0o755);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let outcome =
            Outcome { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) };
        assert_eq!((outcome.code, checked(&outcome)), (2, vec!["a.md".to_owned()]));
        insta::assert_snapshot!(outcome.stderr, @"
error: can't read the folder `shut`: it may not be read
error: can't read `b.md`: it may not be read
");
    }

    #[test]
    fn names_that_are_no_utf8_are_checked_and_shown() {
        let folder = Folder::new().file("a.md", POLICY);
        let odd = OsStr::from_bytes(b"p\xFFlicy\x1B[31m.md");
        std::fs::rename(folder.path("a.md"), folder.path("").join(odd)).unwrap();
        for args in [vec![OsStr::new("check"), OsStr::new(".")], vec![OsStr::new("check"), odd]] {
            let outcome = folder.run(&args);
            assert_eq!(outcome.code, 1, "{outcome:?}");
            assert!(
                outcome.stdout.contains("p\u{FFFD}licy") && !outcome.stdout.contains('\u{1B}'),
                "{}",
                outcome.stdout
            );
        }
        assert_eq!(checked(&check(&folder, &["."])).len(), 1);
    }
}

// ------------------------------------------------------------------------------------------------------------------
// Documents that are built to cost much. Each of these took minutes, or all memory, before the cost was bounded, at a
// size at which it takes a moment now.

/// Checks a document, and returns how many findings there are of a rule.
fn findings(name: &str, text: &str, rule: &str) -> usize {
    let folder = Folder::new().file(name, text);
    let outcome = check(&folder, &["--today", "2026-01-01", name]);
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{outcome:?}"));
    let findings = report["files"][0]["findings"].as_array().unwrap();
    findings.iter().filter(|finding| finding["rule"] == rule).count()
}

#[test]
fn nesting_of_any_depth_is_read() {
    for (name, text) in [
        ("quotes.md", ">".repeat(100_000) + " We may sell your data.\n"),
        ("lists.md", "- ".repeat(100_000) + "We may sell your data.\n"),
        ("divs.html", "<div>".repeat(100_000) + "We may sell your data."),
        ("lists.html", "<ul><li>item ".repeat(5000) + "We may sell your data."),
        ("tables.html", "<table><tr><td>a<td>b".repeat(5000) + "We may sell your data."),
        ("strong.html", "<b><a href=x>".repeat(20_000) + "We may sell your data."),
        ("brackets.md", "[".repeat(2000) + "We may sell your data.\n"),
        ("indented.txt", (0..400).map(|depth| format!("{}- item\n", " ".repeat(depth))).collect::<String>()),
    ] {
        assert_eq!(findings(name, &text, "gdpr/retention-period"), 1, "{name}");
    }
}

/// Each claim is held against all others, so there is a bound beyond which there are no others.
#[test]
fn thousands_of_claims_are_not_held_against_each_other() {
    let same = "Our data protection officer can be reached at dpo@linden.example.\n\n";
    let other = "Write to the data protection officer (privacy@linden.example).\n";
    let found = |count: usize| findings("a.md", &(same.repeat(count) + other), "conflict/two-officer-addresses");
    assert_eq!((found(1), found(99), found(3000)), (1, 1, 0));
}

#[test]
fn one_line_of_megabytes_is_read() {
    let text = "We keep your data for 30 days, and [more](#more). ".repeat(2000);
    for name in ["line.md", "line.txt"] {
        assert_eq!(findings(name, &text, "text/no-date"), 1, "{name}");
    }
    assert_eq!(findings("letters.md", &"a".repeat(300_000), "text/no-date"), 1);
}

#[test]
fn comments_that_suppress_have_a_limit_that_is_told() {
    let comment = "<!-- clauselint-ignore text/no-date: none -->\n\nWe keep data.\n\n";
    assert_eq!(findings("a.md", &format!("# Privacy\n\n{}", comment.repeat(1000)), "suppression/malformed"), 0);
    assert_eq!(findings("a.md", &format!("# Privacy\n\n{}", comment.repeat(2000)), "suppression/malformed"), 1);
}
