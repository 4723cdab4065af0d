//! Many policies in one run: threads, order, and what becomes of reports when a stream is closed, a disk is full or the run
//! is interrupted.

use std::fmt::Write as _;

use crate::program::{Folder, JOKES, Outcome, Program, measured};

const FORMATS: [&str; 11] =
    ["full", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "checkstyle", "markdown", "csv"];

/// A folder with more policies than threads may work ahead, the first of which takes longest.
fn policies() -> Folder {
    let folder = Folder::new().file("rules/jokes.yaml", JOKES);
    folder.write("policies/000.md", "We keep data. Just kidding.\n\n".repeat(400));
    for idx in 1..40 {
        let mut text = format!("# Notice {idx}\n\n");
        (0..idx % 5).for_each(|joke| writeln!(text, "Joke {joke}: just kidding.\n").unwrap());
        folder.write(&format!("policies/{idx:03}.md"), text);
    }
    folder
}

fn check(folder: &Folder, args: &[&str]) -> Outcome {
    folder.run(["check", "--rules", "rules", "--select", "acme", "policies"].iter().chain(args))
}

#[test]
fn the_number_of_threads_changes_no_byte_of_a_report() {
    let folder = policies();
    folder.write("policies/017.md", [0xFF, 0xFE, 0x41]);
    for format in FORMATS {
        let report = |threads: &str| {
            let outcome = check(&folder, &["gone.md", "--format", format, "--threads", threads]);
            assert_eq!(outcome.code, 2, "{format}");
            (outcome.stdout, outcome.stderr)
        };
        let one = report("1");
        assert_eq!(one, report("3"), "{format}");
    }
    let outcome = check(&folder, &["--threads", "0"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("--threads <COUNT>"), "{}", outcome.stderr);
}

/// What a suppressions file and a baseline set aside of many policies is the same for any number of threads, too.
#[test]
fn the_number_of_threads_changes_nothing_about_what_is_set_aside() {
    let folder = policies();
    let listed = folder.run(["suppress", "--list", "--rules", "rules", "--select", "acme", "policies/002.md"]);
    let fingerprint = listed.stdout.split(' ').next().unwrap();
    let suppressed =
        folder.run(["suppress", fingerprint, "--reason", "meant", "--rules", "rules", "--select", "acme", "policies"]);
    assert_eq!(suppressed.code, 0, "{}", suppressed.stderr);
    assert_eq!(check(&folder, &["--write-baseline"]).code, 0);
    folder.write("policies/003.md", "A new one. Just joking.");
    for args in [&[][..], &["--baseline", "clauselint.baseline.json"]] {
        for format in ["full", "json", "sarif"] {
            let report = |threads: &str| {
                let outcome = check(&folder, &[args, &["--format", format, "--threads", threads]].concat());
                (outcome.code, outcome.stdout, outcome.stderr)
            };
            let one = report("1");
            assert_eq!(one.0, 1, "{format}");
            assert_eq!(one, report("3"), "{format}");
        }
    }
    let full = check(&folder, &["--baseline", "clauselint.baseline.json"]);
    assert!(full.stdout.contains("suppressed, "), "{}", full.stdout);
    assert!(full.stdout.contains(" in the baseline)"), "{}", full.stdout);
}

/// Two reports on one stream stand one after the other, though both are made while the policies are read.
#[test]
fn two_reports_on_standard_output_do_not_mix() {
    let folder = policies();
    let one = |format: &str| check(&folder, &["--format", format]).stdout;
    let both = check(&folder, &["--format", "concise", "--output", "json=-"]).stdout;
    assert_eq!(both, one("concise") + &one("json"));
}

#[test]
fn standard_input_is_given_once() {
    let outcome = Program::new().stdin("# Privacy").args(["check", "-", "-"]).run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert_eq!(outcome.stderr, "error: standard input (`-`) is given more than once, and can be read once\n");
}

#[test]
fn a_pipe_gets_no_progress() {
    let outcome = check(&policies(), &["--format", "jsonl"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
}

#[cfg(unix)]
mod ending {
    use std::fs;
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::process::{Child, Command, Stdio};

    use super::*;

    fn spawn(folder: &Folder, args: &[&str], stdout: Stdio) -> Child {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("clauselint"));
        command
            .env_clear()
            .envs(measured())
            .current_dir(folder.path("."))
            .args(["check", "--rules", "rules", "--select", "acme"]);
        command.args(args).stdin(Stdio::piped()).stdout(stdout).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn names(folder: &Folder) -> Vec<String> {
        let entries = fs::read_dir(folder.path(".")).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error() {
        let folder = policies();
        for format in FORMATS {
            let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
            let child = spawn(&folder, &["policies", "--format", format, "--output", "json=out.json"], full.into());
            let output = child.wait_with_output().unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{format}");
            assert_eq!(stderr, "error: can't write the output: No space left on device (os error 28)\n", "{format}");
        }
        // The other report is whole.
        assert_eq!(folder.read("out.json"), check(&folder, &["--format", "json"]).stdout);
        let outcome = check(&folder, &["--output", "json=/dev/full"]);
        assert_eq!(outcome.code, 2);
        assert_eq!(outcome.stderr, "error: can't write `/dev/full`: there is no room left for it\n");
    }

    /// Nobody reads any more, and the last policy never comes to an end: the run ends all the same. The first policy has a
    /// report that is larger than what a pipe holds.
    #[test]
    fn a_closed_pipe_ends_the_run() {
        let folder = policies();
        let mut child = spawn(&folder, &["policies", "-", "--threads", "1"], Stdio::piped());
        let _open = child.stdin.take();
        let mut first = [0; 1];
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut first).unwrap();
        drop(stdout);
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(1), &[][..]));
    }

    /// The report that has been written so far is whole as far as it goes; files are not there.
    #[test]
    fn a_run_that_is_interrupted_says_so_and_leaves_no_half_written_file() {
        for (signal, code) in [("INT", 130), ("TERM", 143)] {
            let folder = policies();
            folder.write("old.json", "an old report");
            let before = names(&folder);
            let args =
                ["policies", "-", "--format", "jsonl", "--output", "json=old.json", "--output", "sarif=new.sarif"];
            let mut child = spawn(&folder, &args, Stdio::piped());
            let _open = child.stdin.take();
            let mut stdout = BufReader::new(child.stdout.take().unwrap());
            let mut lines = String::new();
            // The last policy, on standard input, never comes to an end.
            for _ in 0..40 {
                stdout.read_line(&mut lines).unwrap();
            }
            let id = child.id().to_string();
            assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
            stdout.read_to_string(&mut lines).unwrap();
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(code));
            assert_eq!(
                String::from_utf8(output.stderr).unwrap(),
                "error: interrupted after 40 of 41 policies: the report on standard output is partial, and no file was \
                 written\n"
            );
            assert_eq!(lines.lines().count(), 40);
            assert!(lines.lines().all(|line| line.starts_with("{\"path\":\"policies/")), "{lines}");
            assert_eq!((names(&folder), folder.read("old.json").as_str()), (before, "an old report"));
        }
    }
}
