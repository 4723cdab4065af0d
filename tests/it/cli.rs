//! The command line: arguments, files, exit codes, streams.

use serde_json::Value;

use crate::program::{JOKES, Program, measured, run};

const RULES: &str = "our-rules";

/// A rule of its own, so that these tests don't depend on the built-in ones.
fn with_rule(program: Program) -> Program {
    program.file("our-rules/acme/jokes.yaml", JOKES)
}

fn json(program: Program) -> (i32, Value) {
    let outcome = program.run();
    (outcome.code, serde_json::from_str(&outcome.stdout).expect(&outcome.stdout))
}

#[test]
fn a_finding_exits_with_1_and_none_with_0() {
    let check = |text: &str| {
        let program = with_rule(Program::new()).file("a.md", text);
        program.args(["check", "--format", "concise", "--rules", RULES, "a.md"]).run()
    };
    let outcome = check("# Privacy\n\nWe sell your data.  \nJust kidding.");
    assert_eq!(outcome.code, 1);
    assert!(outcome.stdout.contains("a.md:4:1: error[acme/jokes] a joke stands in the policy"), "{}", outcome.stdout);
    let complete = Program::in_repository().args(["check", "fixtures/complete.md"]).run();
    assert_eq!(complete.code, 0, "{}", complete.stdout);
}

#[test]
fn a_missing_file_is_reported_and_the_others_are_checked() {
    let outcome = with_rule(Program::new())
        .file("b.md", "Just kidding.")
        .args(["check", "--format", "concise", "--rules", RULES, "gone.md", "b.md"])
        .run();
    assert_eq!(outcome.code, 2);
    assert_eq!(outcome.stderr, "error: can't read `gone.md`: there is no such file\n");
    assert!(outcome.stdout.contains("b.md:1:1: error[acme/jokes]"));
}

#[test]
fn a_folder_stands_for_the_policies_in_it() {
    let program = Program::new()
        .file("policies/b.md", "B")
        .file("policies/a/c.html", "<p>C</p>")
        .file("policies/.git/d.md", "D")
        .file("policies/e.rs", "E");
    let (_, report) = json(program.args(["check", "--format", "json", "policies"]));
    let paths: Vec<&str> =
        report["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["policies/a/c.html", "policies/b.md"]);

    let outcome = Program::new().file("empty/e.rs", "E").args(["check", "empty"]).run();
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.stderr.starts_with("error: `empty` holds no policy: expected files ending in .md,"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn standard_input_goes_by_the_name_it_is_given() {
    let (_, report) = json(Program::new().stdin("<p>Text</p>").args([
        "check",
        "--format",
        "json",
        "-",
        "--stdin-filename",
        "x.html",
    ]));
    assert_eq!((&report["files"][0]["path"], &report["files"][0]["format"]), (&"x.html".into(), &"html".into()));
    let (_, report) =
        json(Program::new().stdin("# Text").args(["check", "--format", "json", "-", "--input-format", "plain"]));
    assert_eq!((&report["files"][0]["path"], &report["files"][0]["format"]), (&"-".into(), &"plain".into()));
}

#[test]
fn the_json_report_has_the_shape_that_others_rely_on() {
    let text = "\u{feff}# Privacy\r\n\r\nNo. Just — \u{201c}kidding\u{201d}!\r\n";
    let program = with_rule(Program::new()).file("a.md", text);
    let (code, report) = json(program.args(["check", "--format", "json", "--rules", RULES, "a.md"]));
    assert_eq!(code, 1);
    assert_eq!((&report["version"], &report["tool"]["name"]), (&1.into(), &"clauselint".into()));
    let file = &report["files"][0];
    let finding = file["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "acme/jokes").unwrap();
    let place = |key: &str| usize::try_from(finding[key].as_u64().unwrap()).unwrap();
    assert_eq!(&text[place("start")..place("end")], "Just — \u{201c}kidding");
    assert_eq!((place("line"), place("column")), (3, 5));
    for key in ["severity", "message", "help", "fingerprint"] {
        assert!(finding[key].is_string(), "{key}");
    }
    assert_eq!((&finding["cite"], &finding["related"]), (&serde_json::json!(["House style"]), &serde_json::json!([])));
    for disclosure in file["disclosures"].as_array().unwrap() {
        let status = disclosure["status"].as_str().unwrap();
        assert!(["disclosed", "vague", "missing", "not-applicable"].contains(&status));
        assert!(disclosure["id"].is_string() && disclosure["evidence"].is_array());
        assert!(disclosure.as_object().unwrap().contains_key("value"));
    }
    let errors = file["findings"].as_array().unwrap().iter().filter(|finding| finding["severity"] == "error").count();
    assert_eq!(report["summary"]["errors"], errors);
    assert_eq!(report["summary"]["files"], 1);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let once = || Program::in_repository().args(["check", "--format", "json", "fixtures"]).run().stdout;
    assert_eq!(once(), once());
}

#[test]
fn what_a_document_says_never_acts_on_the_terminal() {
    let hostile = "# \u{1b}]0;title\u{7}Privacy\n\nJust kidding \u{1b}[2Jand \u{9b}31m\u{202e}backwards, says our data protection officer.\n";
    for format in ["full", "concise"] {
        let program = with_rule(Program::new()).file("a\u{1b}[31m.md", hostile);
        let outcome = program.args(["check", "--format", format, "--rules", RULES, "a\u{1b}[31m.md"]).run();
        assert_eq!(outcome.code, 1);
        let acting = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!outcome.stdout.contains(acting), "{format}: {:?}", outcome.stdout);
    }
    let outline = Program::new().file("a.md", hostile).args(["outline", "a.md"]).run();
    assert!(!outline.stdout.contains(|c: char| c.is_control() && c != '\n'), "{:?}", outline.stdout);
    let missing = run(&["check", "\u{1b}[31mgone"]);
    assert!(!missing.stderr.contains('\u{1b}'), "{:?}", missing.stderr);
}

#[test]
fn colour_is_for_terminals_unless_asked_for() {
    let check = |args: &[&str]| {
        let program = with_rule(Program::new()).file("a.md", "Just kidding.").env("NO_COLOR", "1");
        program.args(["check", "--rules", RULES, "a.md"].iter().chain(args)).run().stdout
    };
    assert!(!check(&[]).contains('\u{1b}'));
    assert!(!check(&["--color", "never"]).contains('\u{1b}'));
    assert!(check(&["--color", "always"]).contains('\u{1b}'));
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_failure() {
    use std::process::{Command, Stdio};
    // The reader is gone before the program writes, and the report is larger than a pipe's buffer.
    let program = with_rule(Program::new()).file("a.md", "Just kidding. ".repeat(3000));
    for format in ["full", "json", "sarif", "github", "gitlab", "junit", "checkstyle", "markdown"] {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin!("clauselint"))
            .args(["check", "--format", format, "--rules"])
            .args([program.path(RULES), program.path("a.md")])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            (output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()),
            (Some(1), ""),
            "{format}"
        );
    }
}

#[test]
fn usage_mistakes_exit_with_2() {
    for args in [
        &["check"][..],
        &["check", "--fail-on", "often", "a.md"],
        &["check", "--severity", "gdpr/purposes=loud", "a.md"],
        &["check", "--select", "gdpr/nothing-like-it", "a.md"],
        &["check", "--format", "pdf", "a.md"],
        &["frobnicate"],
        &["check", "--today", "2026-02-30", "a.md"],
        &[],
        &["explain", "gdpr/nothing-like-it"],
    ] {
        let outcome = run(args);
        assert_eq!(outcome.code, 2, "{args:?}");
        assert!(!outcome.stderr.is_empty() && outcome.stdout.is_empty(), "{args:?}: {outcome:?}");
    }
    assert!(run(&["explain", "gdpr/dpo-contcat"]).stderr.contains("did you mean `gdpr/dpo-contact`?"));
    assert_eq!(run(&["--help"]).code, 0);
}

#[test]
fn rules_lists_and_filters() {
    let all = run(&["rules"]);
    let one = run(&["rules", "dpo"]);
    assert!(all.stdout.lines().count() >= one.stdout.lines().count());
    assert!(one.stdout.starts_with("gdpr/dpo-contact"), "{}", one.stdout);
    assert!(run(&["rules", "--pack", "gdpr"]).stdout.lines().all(|line| line.starts_with("gdpr/")));
    assert_eq!(run(&["rules", "no such rule"]).code, 2);
}

#[test]
fn explain_tells_all_about_a_rule() {
    let outcome = run(&["explain", "dpo-contact"]);
    for part in
        ["gdpr/dpo-contact", "GDPR Art. 13(1)(b)", "Why", "What to do", "Wording to start from", "Examples: disclosed"]
    {
        assert!(outcome.stdout.contains(part), "{part}");
    }
}

#[test]
fn explain_says_what_kind_of_rule_it_is_and_what_values_are_expected() {
    for (rule, kind) in [
        ("gdpr/purposes", "a disclosure that the policy must make; error"),
        ("wording/open-list", "words that a policy must not have; "),
        ("conflict/no-cookies", "two claims that a policy must not make both; "),
        ("text/empty-link", "something about the form of a policy; "),
    ] {
        let outcome = run(&["explain", rule]);
        assert!(outcome.stdout.lines().nth(1).unwrap().starts_with(kind), "{}", outcome.stdout);
    }
    assert!(run(&["explain", "dnt-stance"]).stdout.contains(" (not-honored)\n"));
}

#[test]
fn outline_shows_what_the_rules_see() {
    let outcome = Program::new()
        .file("a.md", "# Privacy\n\nYou may:\n\n- ask\n- go. [Top](#top)\n")
        .args(["outline", "a.md"])
        .run();
    insta::assert_snapshot!(outcome.stdout, @"
    a.md (markdown)
        1:3  # Privacy
        3:1  #0 sentence: You may:
        5:3  #1 list-item after #0: ask
        6:3  #2 list-item after #0: go.
        6:8  #3 navigation after #0 #2: Top
    ");
    let (_, outline) =
        json(Program::new().file("a.md", "# Privacy\n\nText.").args(["outline", "--format", "json", "a.md"]));
    assert_eq!(outline["clauses"][0]["text"], "Text.");
    assert_eq!((&outline["sections"][1]["heading"], &outline["sections"][1]["start"]), (&"Privacy".into(), &2.into()));
}

#[test]
fn a_policy_in_another_language_is_not_called_incomplete() {
    let dutch = "# Privacy\n\nWij verwerken uw persoonsgegevens alleen voor zover dat nodig is om onze diensten te leveren. U \
                 hebt het recht om uw gegevens in te zien, te laten verbeteren en te laten wissen. Een klacht kunt u \
                 indienen bij de Autoriteit Persoonsgegevens. Wij plaatsen geen cookies, en wij geven uw gegevens niet door \
                 aan anderen, tenzij een wet ons daartoe verplicht.\n";
    let outcome = Program::new().file("a.md", dutch).args(["check", "--format", "json", "a.md"]).run();
    assert_eq!(outcome.code, 2);
    assert_eq!(
        outcome.stderr,
        "error: `a.md` is written in Dutch; the rules read English and German, so it was not checked\n"
    );
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(report["files"][0]["language"], "nl");
    assert_eq!(report["files"][0]["findings"], serde_json::json!([]));
    let statuses = report["files"][0]["disclosures"].as_array().unwrap();
    assert!(statuses.iter().all(|disclosure| disclosure["status"] == "not-applicable"));
    // Nobody is to take it for a policy in which nothing was found.
    let program = || Program::new().file("a.md", dutch).file("b.md", "# Privacy\n\nWe bake bread.");
    let outcome = program().args(["check", "a.md"]).run();
    assert_eq!(outcome.stdout, "a.md\n  not checked: it is written in Dutch\n\n1 file not checked\n");
    let outcome = program().args(["check", "--format", "markdown", "."]).run();
    assert!(
        outcome.stdout.contains(
            " in 2 files, 1 of them not checked\n\n### a.md\n\nnot checked: it is written in Dutch\n\n### b.md\n"
        ),
        "{}",
        outcome.stdout
    );
}

#[test]
fn a_profile_decides_what_is_asked() {
    let statuses = |args: &[&str], text: &str| {
        let program = Program::new().file("a.md", text);
        let (_, report) = json(program.args(["check", "--format", "json", "a.md"].iter().chain(args)));
        let listed = report["files"][0]["disclosures"].as_array().unwrap().clone();
        move |id: &str| {
            let found = listed.iter().find(|disclosure| disclosure["id"] == id);
            found.unwrap()["status"].as_str().unwrap().to_owned()
        }
    };
    let plain = "# Privacy\n\nWe bake bread.";
    let unsaid = statuses(&[], plain);
    assert_eq!((unsaid("gdpr/dpo-contact").as_str(), unsaid("caloppa/dnt-stance").as_str()), ("missing", "missing"));
    let told = statuses(&["--profile", "dpo=not-required", "--profile", "audiences=eu,uk"], plain);
    assert_eq!((told("gdpr/dpo-contact").as_str(), told("gdpr/purposes").as_str()), ("not-applicable", "missing"));
    assert_eq!(told("caloppa/dnt-stance"), "not-applicable");
    // Of a processor, nothing of the pack is asked, whatever its words look like.
    let processor = statuses(&["--profile", "role=processor"], "# Privacy\n\nYou may ask for a copy of your data.");
    assert_eq!(processor("gdpr/right-access"), "not-applicable");
    // Told against the policy's own words.
    let american = "# Privacy\n\nExample, Inc. is a Delaware corporation.";
    assert_eq!(statuses(&[], american)("gdpr/eu-representative"), "missing");
    assert_eq!(statuses(&["--profile", "establishment=eu"], american)("gdpr/eu-representative"), "not-applicable");
    assert_eq!(statuses(&["--profile", "establishment=outside-eu"], plain)("gdpr/eu-representative"), "missing");
}

#[test]
fn every_mistake_in_a_profile_is_told() {
    let outcome = run(&["check", "--profile", "rolle=processor", "--profile", "dpo=requird,none", "a.md"]);
    assert_eq!(outcome.code, 2);
    insta::assert_snapshot!(outcome.stderr, @"
    error: a profile has no `rolle`; did you mean `role`?
    error: `dpo` is never `requird`; did you mean `required`?
    error: `dpo` is never `none`; there are: not-required, required
    ");
    assert!(run(&["rules", "--profile"]).stdout.contains("  dpo=not-required: "));
}

#[test]
fn testing_no_rule_is_a_mistake() {
    let outcome = run(&["test", "--only", "zzzz"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert_eq!(outcome.stderr, "error: no rule's id contains `zzzz`; `clauselint rules` lists all\n");
}

/// A script that keeps the help in a file learns that it did not.
#[cfg(target_os = "linux")]
#[test]
fn help_that_can_t_be_written_is_told() {
    for args in [&["--help"][..], &["--version"], &["help", "check"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("clauselint"));
        let output = command.env_clear().envs(measured()).args(args).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.starts_with("error: can't write the output: "), "{args:?}: {stderr}");
    }
}
