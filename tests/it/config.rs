//! Configuration: files found upward, overrides, selection, thresholds, and what is said about mistakes in them.

use serde_json::Value;

use crate::program::{Outcome, Program, root};

const PLAIN: &str = "# Privacy\n\nWe bake bread.\n";
/// A policy with one warning and no error, as far as the two rules about the officer and the data's retention go.
const VAGUE: &str = "# Privacy\n\nWe keep your data only for as long as necessary.\n";

fn concise(program: Program, args: &[&str]) -> Outcome {
    program.args(["check", "--format", "concise"].iter().chain(args)).run()
}

/// The rules that have findings, with their severities, in the order of the report.
fn found(outcome: &Outcome) -> Vec<String> {
    let lines = outcome.stdout.lines().map(|line| line.split_once(": ").unwrap().1);
    lines.map(|finding| finding.split(']').next().unwrap().replace('[', " ")).collect()
}

#[test]
fn a_file_is_found_upward_and_the_nearest_one_counts() {
    let program = Program::new()
        .file("clauselint.yaml", "rules: {'*': off, gdpr/dpo-contact: warning}\n")
        .file("legal/shop/a.md", PLAIN)
        .file("legal/app/clauselint.yaml", "rules: {'*': off, gdpr/purposes: advice}\n")
        .file("legal/app/de/b.md", PLAIN);
    let outcome = concise(program, &["legal"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    assert_eq!(found(&outcome), ["advice gdpr/purposes", "warning gdpr/dpo-contact"]);
}

#[test]
fn a_file_is_found_from_within_a_folder_below_it() {
    let program = Program::new()
        .file("clauselint.yaml", "rules: {'*': off, gdpr/dpo-contact: warning}\n")
        .file("legal/a.md", PLAIN)
        .current("legal");
    assert_eq!(found(&concise(program, &["a.md"])), ["warning gdpr/dpo-contact"]);
}

/// YAML of old took `no` for false; who writes it means off.
#[test]
fn what_some_take_for_off_is_told_to_be_off() {
    for (written, meant) in [("no", "off"), ("false", "off"), ("yes", "on"), ("true", "on"), ("of", "off")] {
        let config = format!("rules: {{gdpr/dpo-contact: {written}}}\n");
        let outcome = concise(Program::new().file("clauselint.yaml", config).file("a.md", PLAIN), &["a.md"]);
        assert_eq!(outcome.code, 2, "{written}");
        assert!(outcome.stderr.contains(&format!("did you mean `{meant}`?")), "{written}: {}", outcome.stderr);
    }
}

/// An organisation either must have an officer or need not.
#[test]
fn a_fact_whose_values_rule_each_other_out_takes_one() {
    let told = "`dpo` takes one value, and is given `required` and `not-required`; leave one of them out";
    let given = [
        concise(Program::new().file("a.md", PLAIN), &["--profile", "dpo=required,not-required", "a.md"]),
        concise(
            Program::new().file("a.md", PLAIN),
            &["--profile", "dpo=required", "--profile", "dpo=not-required", "a.md"],
        ),
        concise(
            Program::new()
                .file("clauselint.yaml", "profile: {dpo: [required, not-required], audiences: [eu, uk]}\n")
                .file("a.md", PLAIN),
            &["a.md"],
        ),
    ];
    for outcome in given {
        assert!(outcome.code == 2 && outcome.stderr.contains(told), "{}", outcome.stderr);
    }
}

#[test]
fn a_file_can_be_named_or_done_without() {
    let program = || {
        Program::new()
            .file("clauselint.yaml", "rules: {'*': off}\n")
            .file("other/strict.yaml", "packs: {gdpr: off, text: off}\n")
            .file("a.md", PLAIN)
    };
    assert_eq!(found(&concise(program(), &["a.md"])), [""; 0]);
    let named = concise(program(), &["--config", "other/strict.yaml", "a.md"]);
    assert_eq!(found(&named), ["error caloppa/dnt-stance"]);
    assert!(found(&concise(program(), &["--no-config", "a.md"])).len() > 15);
    let gone = concise(program(), &["--config", "gone.yaml", "a.md"]);
    assert_eq!((gone.code, gone.stderr.as_str()), (2, "error: can't read `gone.yaml`: there is no such file\n"));
}

#[test]
fn includes_and_excludes_choose_the_policies_of_a_folder() {
    let program = || {
        Program::new()
            .file(
                "clauselint.yaml",
                "include: ['**/privacy*']\nexclude: ['drafts/**']\nrules: {'*': off, gdpr/purposes: on}\n",
            )
            .file("privacy.policy", PLAIN)
            .file("shop/privacy.md", PLAIN)
            .file("shop/terms.md", PLAIN)
            .file("drafts/privacy.md", PLAIN)
    };
    let paths = |outcome: &Outcome| -> Vec<String> {
        outcome.stdout.lines().map(|line| line.split(':').next().unwrap().to_owned()).collect()
    };
    assert_eq!(paths(&concise(program(), &[])), ["privacy.policy", "shop/privacy.md"]);
    // What is named is checked.
    assert_eq!(paths(&concise(program(), &["shop/terms.md"])), ["shop/terms.md"]);
}

#[test]
fn overrides_hold_for_their_paths_and_the_later_one_counts() {
    let program = Program::new()
        .file(
            "clauselint.yaml",
            "\
rules: {'*': off, gdpr/dpo-contact: error}
overrides:
  - paths: ['app/**']
    rules: {gdpr/dpo-contact: warning}
  - paths: ['app/tiny/*.md']
    profile: {dpo: not-required}
",
        )
        .file("a.md", PLAIN)
        .file("app/b.md", PLAIN)
        .file("app/tiny/c.md", PLAIN);
    let outcome = concise(program, &["."]);
    assert_eq!(outcome.code, 1);
    assert_eq!(found(&outcome), ["error gdpr/dpo-contact", "warning gdpr/dpo-contact"]);
}

#[test]
fn options_outweigh_the_file() {
    let program = || {
        Program::new()
            .file("clauselint.yaml", "profile: {dpo: not-required}\nrules: {gdpr/purposes: off}\nfail-on: never\n")
            .file("a.md", PLAIN)
    };
    let outcome = concise(program(), &["a.md"]);
    assert_eq!(outcome.code, 0);
    assert!(!outcome.stdout.contains("gdpr/purposes") && !outcome.stdout.contains("gdpr/dpo-contact"));
    let select = ["--select", "gdpr/dpo-contact,gdpr/right-*", "--ignore", "gdpr/right-*", "--profile", "dpo=required"];
    let outcome = concise(program(), &[&select[..], &["--severity", "gdpr/dpo-contact=warning", "a.md"]].concat());
    assert_eq!((outcome.code, found(&outcome)), (0, vec!["warning gdpr/dpo-contact".to_owned()]));
    let outcome = concise(program(), &[&select[..], &["--fail-on", "error", "a.md"]].concat());
    assert_eq!(outcome.code, 1);
}

#[test]
fn a_rule_that_is_off_still_answers_the_conditions_of_others() {
    let consent = "# Privacy\n\nThe legal basis for our newsletter is your consent.\n";
    let check = |args: &[&str]| {
        let program = Program::new().file("a.md", consent);
        let outcome = program.args(["check", "--format", "json", "a.md"].iter().chain(args)).run();
        let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
        report["files"][0]["disclosures"].as_array().unwrap().clone()
    };
    let all = check(&[]);
    let one = check(&["--select", "gdpr/right-withdraw-consent"]);
    assert_eq!(one.len(), 1);
    assert!(all.contains(&one[0]), "{one:?}");
}

#[test]
fn the_threshold_decides_the_exit() {
    let check = |args: &[&str]| {
        let only = ["--select", "gdpr/retention-period", "a.md"];
        concise(Program::new().file("a.md", VAGUE), &[&only[..], args].concat())
    };
    assert_eq!(check(&[]).code, 0);
    assert_eq!(check(&["--fail-on", "warning"]).code, 1);
    assert_eq!(check(&["--fail-on", "never"]).code, 0);
    assert_eq!(check(&["--max-warnings", "1"]).code, 0);
    let outcome = check(&["--max-warnings", "0"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, "error: 1 warnings; there may be 0 (--max-warnings)\n"));
}

#[test]
fn every_mistake_is_drawn_with_what_was_probably_meant() {
    let outcome = concise(
        Program::new()
            .file(
                "clauselint.yaml",
                "\
exlude: ['drafts/**']
include: ['privcy/*.md', '[']
fail-on: warnings
packs: {gdrp: off}
rules:
  gdpr/dpo-contcat: warning
profile: {dpo: maybe}
rule-folders: [gone]
required-vocabulary:
  legal-name: ['(Example']
overrides:
  - paths: ['app/**']
    rule: {gdpr/purposes: off}
",
            )
            .file("app/a.md", PLAIN),
        &["app/a.md"],
    );
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    insta::assert_snapshot!(outcome.stderr);
}

/// One mistake hides none of the others: neither one of the file as a whole, nor one of the same value.
#[test]
fn every_mistake_of_every_value_is_told_at_its_place() {
    let told = |config: &str| {
        let outcome = concise(Program::new().file("clauselint.yaml", config).file("a.md", PLAIN), &["a.md"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
        // Each place stands before what is drawn of it, each message after an x.
        let lines = outcome.stderr.lines().filter(|line| line.contains("  × ") || line.contains("─["));
        lines.map(|line| line.trim_start_matches([' ', '×', '│', '╭', '─'])).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(told("level: normal\nfail-on: error\nlanguage: xx\nfoo: 1\nfail-on: bogus\n"), @"
    the key `fail-on` stands here a second time
    [clauselint.yaml:2:1]
    [clauselint.yaml:5:1]
    `foo` is no key of a configuration file
    [clauselint.yaml:4:1]
    fail-on: unknown variant `bogus`, expected one of `error`, `warning`, `advice`, `never`
    [clauselint.yaml:5:10]
    the rules don't read the language `xx`; there are: auto, en, de
    [clauselint.yaml:3:11]
    ");
    insta::assert_snapshot!(told(
        "\
profile: {nofact: 1, establishment: mars, role: x}
max-warnings: 99999999999999999999999
level: [a]
max-file-size: -1
overrides:
  - paths: ['*.md']
    rules: {gdpr/purposes: offf, none: off}
    lang: x
  - rules: {}
  - 3
  - paths: ['*.md']
    packs: {gdpr: [on], nopack: off}
"
    ), @"
    profile.nofact: invalid type: integer `1`, expected a word or a list of words
    [clauselint.yaml:1:19]
    max-warnings: invalid type: integer `99999999999999999999999`, expected a whole number, 0 or
    [clauselint.yaml:2:15]
    level: invalid type: sequence, expected one of `gate`, `normal`, `careful`
    [clauselint.yaml:3:8]
    max-file-size: invalid type: integer `-1`, expected a number of bytes, or a size as in `64MiB`
    [clauselint.yaml:4:16]
    overrides.rules.gdpr/purposes: unknown variant `offf`, expected one of `off`, `on`, `error`,
    [clauselint.yaml:7:28]
    overrides: unknown field `lang`, expected one of `paths`, `packs`, `rules`, `profile`,
    [clauselint.yaml:8:5]
    overrides: missing field `paths`
    [clauselint.yaml:9:5]
    overrides: invalid type: integer `3`, expected a map with `paths:` and what holds for them
    [clauselint.yaml:10:5]
    overrides.packs.gdpr: invalid type: sequence, expected one of `off`, `on`, `error`, `warning`,
    [clauselint.yaml:12:19]
    `establishment` is never `mars`; there are: eu, outside-eu
    [clauselint.yaml:1:22]
    `role` is never `x`; there are: controller, processor
    [clauselint.yaml:1:43]
    there is no rule or pack `none`; `clauselint rules` lists all
    [clauselint.yaml:7:34]
    there is no pack `nopack`; there are: caloppa, claims, conflict, consent, gdpr, suppression,
    [clauselint.yaml:12:25]
    ");
    insta::assert_snapshot!(told("required-vocabulary: {f: ['<nope>', 'a, b'], a/b: [x], g: 3}\n"), @"
    required-vocabulary.g: invalid type: integer `3`, expected a sequence
    [clauselint.yaml:1:59]
    expected a name in lower-case letters, digits and hyphens, and a list of phrases
    [clauselint.yaml:1:46]
    `,` means nothing in a pattern: patterns are made of words, `word*`, `(a|b)`, `(a)?`, `<name>`
    [clauselint.yaml:1:38]
    the vocabulary has no entry `nope`
    [clauselint.yaml:1:28]
    ");
}

#[test]
fn rules_of_a_folder_hold_where_its_configuration_does() {
    let rule = "\
id: acme/jokes
title: Jokes
kind: forbidden
cite: [House style]
why: Readers do not laugh.
forbidden: ['just kidding']
message: {found: a joke stands in the policy}
help: Take the joke out.
examples: {found: ['Just kidding.'], clean: ['We keep data.']}
";
    let outcome = concise(
        Program::new()
            .file(
                "acme/clauselint.yaml",
                "rules: {'gdpr/*': off, 'caloppa/*': off, 'text/*': off}\nrule-folders: [our-rules]\n",
            )
            .file("acme/our-rules/jokes.yaml", rule)
            .file("acme/a.md", "Just kidding.")
            .file("clauselint.yaml", "packs: {gdpr: off, caloppa: off, text: off}\n")
            .file("b.md", "Just kidding."),
        &["acme/a.md", "b.md"],
    );
    assert_eq!(outcome.stdout, "acme/a.md:1:1: error[acme/jokes] a joke stands in the policy\n");
}

#[test]
fn required_vocabulary_is_missed_where_it_is_not_used() {
    let check = |text: &str| {
        let config = "packs: {gdpr: off, caloppa: off, text: off}\nrequired-vocabulary:\n  legal-name: ['Example Bread (GmbH|AG)']\n";
        concise(Program::new().file("clauselint.yaml", config).file("a.md", text), &["a.md"])
    };
    let outcome = check(PLAIN);
    assert_eq!(outcome.code, 1);
    assert_eq!(
        outcome.stdout,
        "a.md:1:3: error[required/legal-name] the policy does not use the words that `legal-name` requires\n"
    );
    assert_eq!(check("We are Example Bread GmbH.").code, 0);
}

#[test]
fn a_language_can_be_said() {
    let latin = "Lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore \
                 magna aliqua ut enim ad minim veniam quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea \
                 commodo consequat duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore.\n";
    let check = |args: &[&str]| concise(Program::new().file("a.md", latin), &[args, &["a.md"]].concat());
    assert_eq!(check(&[]).code, 2);
    assert_eq!(check(&["--language", "en"]).code, 1);
}

#[test]
fn config_shows_what_holds_and_where_it_comes_from() {
    let program = || {
        Program::new()
            .file(
                "clauselint.yaml",
                "fail-on: warning\noverrides:\n  - paths: ['*.md']\n    rules: {gdpr/purposes: off}\n",
            )
            .file("a.md", PLAIN)
    };
    let outcome = program().args(["config", "a.md", "--profile", "dpo=required"]).run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let lines: Vec<String> =
        outcome.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in [
        "a.md by clauselint.yaml",
        "fail-on warning clauselint.yaml:1",
        "profile.dpo required --profile",
        "rules.gdpr/purposes off clauselint.yaml:4",
        "rules.gdpr/dpo-contact error default",
    ] {
        assert!(lines.iter().any(|shown| shown == line), "{line}\n{}", outcome.stdout);
    }
    let json: Value =
        serde_json::from_str(&program().args(["config", "a.md", "--format", "json"]).run().stdout).unwrap();
    assert_eq!((&json["config"], &json["values"][0]["value"]), (&"clauselint.yaml".into(), &"warning".into()));
}

#[test]
fn init_writes_a_file_that_is_right_and_asks_nothing() {
    let program = Program::new().args(["init", "--profile", "audiences=eu,uk"]);
    let folder = program.folder();
    let outcome = program.run();
    assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()), (0, "wrote clauselint.yaml\n", ""));
    let text = std::fs::read_to_string(folder.path().join("clauselint.yaml")).unwrap();
    assert!(text.contains("\n  audiences: [eu, uk]"), "{text}");
    // As it is, and with everything set that it tells of.
    let set: String = text
        .lines()
        .map(|line| {
            let key = line.strip_prefix("# ").and_then(|rest| rest.trim_start_matches([' ', '-']).split_once(':'));
            let is_set = key.is_some_and(|(key, _)| !key.contains(' ')) && !line.contains("clude:");
            if is_set { line[2..].to_owned() + "\n" } else { line.to_owned() + "\n" }
        })
        .collect();
    assert!(set.contains("\noverrides:\n") && set.contains("\npacks:\n  caloppa: on"), "{set}");
    // Nothing is set where nothing was said.
    let bare = Program::new().args(["init"]);
    let bare_folder = bare.folder();
    assert_eq!(bare.run().code, 0);
    let bare = std::fs::read_to_string(bare_folder.path().join("clauselint.yaml")).unwrap();
    assert!(bare.lines().all(|line| line.is_empty() || line.starts_with('#')), "{bare}");
    for text in [text.as_str(), &set, &bare] {
        let rule = "id: acme/none\ntitle: t\nkind: forbidden\ncite: [c]\nwhy: w\nforbidden: [zzz]\nmessage: {found: f}\nhelp: h\nexamples: {}\n";
        let program =
            Program::new().file("clauselint.yaml", text).file("our-rules/none.yaml", rule).file("apps/a.md", PLAIN);
        let outcome = program.args(["config", "apps/a.md"]).run();
        assert_eq!(outcome.code, 0, "{text}\n{}", outcome.stderr);
    }
    let again = Program::new().file("clauselint.yaml", "fail-on: never\n").args(["init"]).run();
    assert_eq!(again.code, 2);
    assert_eq!(again.stderr, "error: `clauselint.yaml` is there already; --force replaces it\n");
}

#[test]
fn the_file_that_the_documentation_shows_is_right() {
    let docs = std::fs::read_to_string(root().join("docs/configuration.md")).unwrap();
    let shown = docs.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let rule = "id: acme/none\ntitle: t\nkind: forbidden\ncite: [c]\nwhy: w\nforbidden: [zzz]\nmessage: {found: f}\nhelp: h\nexamples: {}\n";
    let outcome = Program::new()
        .file("clauselint.yaml", shown)
        .file("our-rules/none.yaml", rule)
        .file("legal/a.md", PLAIN)
        .file("legal/drafts/b.md", PLAIN)
        .file("web/privacy.html", PLAIN)
        .file("apps/c.md", PLAIN)
        .args(["config", "apps/c.md"])
        .run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    assert!(outcome.stdout.contains("required/legal-name"), "{}", outcome.stdout);
}

#[test]
fn the_level_chooses_between_a_gate_and_a_careful_editor() {
    // One place for each level: a missing disclosure, advice, and what only a careful editor wants to hear.
    let long = "which we keep with the order and with the letters that we wrote about it ".repeat(12);
    let text = format!(
        "# Privacy\n\nWe may share your personal data with others. We ask for your name, {long}and nothing else.\n"
    );
    let check = |args: &[&str]| {
        let select = "caloppa/dnt-stance,wording/may-or-might,wording/long-sentence";
        let off = [
            "--severity",
            "gdpr/*=off",
            "--severity",
            "text/*=off",
            "--severity",
            "consent/*=off",
            "--ignore",
            "wording/hard-section",
        ];
        let program = Program::new().file("a.md", &text);
        let outcome = match args {
            ["--select"] => concise(program, &["--level", "gate", "--select", select, "a.md"]),
            args => concise(program, &[args, &off, &["a.md"]].concat()),
        };
        found(&outcome).into_iter().map(|found| found.split('/').next_back().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(check(&["--level", "gate"]), ["dnt-stance"]);
    assert_eq!(check(&[]), ["dnt-stance", "may-or-might"]);
    assert_eq!(check(&["--level", "careful"]), ["dnt-stance", "may-or-might", "long-sentence"]);
    // What is asked for by name is not left out.
    assert_eq!(check(&["--select"]), ["dnt-stance", "may-or-might", "long-sentence"]);
    let config =
        Program::new().file("clauselint.yaml", "level: gate\nrules: {wording/long-sentence: on}\n").file("a.md", &text);
    let outcome = concise(config, &["a.md"]);
    assert!(outcome.stdout.contains("wording/long-sentence") && !outcome.stdout.contains("wording/may-or-might"));
}

#[test]
fn how_old_a_policy_may_be_can_be_said() {
    let check = |args: &[&str]| {
        let program = Program::new().file("a.md", "# Privacy\n\nLast updated: 1 March 2025\n\nWe bake bread.\n");
        let only = ["--select", "text/stale-date", "--today", "2026-06-01", "a.md"];
        found(&concise(program, &[args, &only].concat()))
    };
    assert_eq!(check(&[]), [""; 0]);
    assert_eq!(check(&["--stale-after", "365"]), ["advice text/stale-date"]);
}
