//! `diff` and `check --since`: edits of a complete policy, and repositories that they are committed to.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::program::{JOKES, Outcome, Program, root};

fn complete() -> String {
    std::fs::read_to_string(root().join("fixtures/complete.md")).unwrap()
}

/// The text with each of some stretches replaced; each must be there.
fn edited(edits: &[(&str, &str)]) -> String {
    edits.iter().fold(complete(), |text, (from, to)| {
        assert!(text.contains(from), "the fixture has no \"{from}\"");
        text.replacen(from, to, 1)
    })
}

/// The text without what stands from one stretch up to another.
fn without(from: &str, to: &str) -> String {
    let text = complete();
    let start = text.find(from).unwrap();
    let end = start + text[start..].find(to).unwrap();
    format!("{}{}", &text[..start], &text[end..])
}

fn compare(old: &str, new: &str, format: &str) -> Outcome {
    Program::new().file("old.md", old).file("new.md", new).args(["diff", "--format", format, "old.md", "new.md"]).run()
}

/// The exit code, and each change as `kind rule [from -> to]`.
fn changes(old: &str, new: &str) -> (i32, Vec<String>) {
    let outcome = compare(old, new, "json");
    let report: Value = serde_json::from_str(&outcome.stdout).expect(&outcome.stderr);
    let words = |words: &Value| {
        let words: Vec<&str> = words.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        words.join(", ")
    };
    let named = |change: &Value| {
        let (kind, rule) = (change["change"].as_str().unwrap(), change["rule"].as_str().unwrap());
        match (words(&change["from"]), words(&change["to"])) {
            (from, to) if from.is_empty() && to.is_empty() => format!("{kind} {rule}"),
            (from, to) => format!("{kind} {rule} [{from} -> {to}]"),
        }
    };
    (outcome.code, report["comparisons"][0]["changes"].as_array().unwrap().iter().map(named).collect())
}

#[test]
fn edits_that_lose_something_fail_and_name_only_that() {
    for (new, expected) in [
        (without("Our data protection officer", "## What we use"), "lost gdpr/dpo-contact"),
        (without("We make no automated", "## Do Not"), "lost gdpr/automated-decisions"),
        (without("You can lodge", "We make no"), "lost gdpr/right-complaint"),
        (without("- have your data erased", "- have the processing"), "lost gdpr/right-erasure"),
        (without("- object to", "- receive the"), "lost gdpr/right-objection"),
        (without("You can withdraw", "You can lodge"), "lost gdpr/right-withdraw-consent"),
        (without("You need to give us", "## Who receives"), "lost gdpr/statutory-requirement"),
        (without("## Do Not Track", "other sites in the first place."), "lost caloppa/dnt-stance"),
        (
            edited(&[(
                "We host our shop in Germany and do not transfer personal data outside the\nEuropean Economic Area.",
                "",
            )]),
            "lost gdpr/third-country-transfers",
        ),
        (
            edited(&[(
                "Our site does not change its behaviour when your browser sends a Do Not Track signal: we",
                "Your browser can send a Do Not Track signal. We",
            )]),
            "weakened caloppa/dnt-stance",
        ),
    ] {
        assert_eq!(changes(&complete(), &new), (1, vec![expected.to_owned()]), "{new}");
    }
}

#[test]
fn a_claim_that_says_something_else_is_told_and_does_not_fail() {
    for (edits, expected) in [
        (&[("30 days after", "5 years after")][..], "claim gdpr/retention-period [30 days -> 5 years]"),
        (
            &[("Orders and invoices: ten years", "Orders, invoices and receipts: seven years")],
            "claim gdpr/retention-period [ten years -> seven years]",
        ),
        (
            &[("dpo@lindenhof.example", "privacy@lindenhof.example")],
            "claim gdpr/dpo-contact [dpo@lindenhof.example -> privacy@lindenhof.example]",
        ),
        (
            &[("hello@lindenhof.example", "hello@lindenhof.test")],
            "claim gdpr/controller-contact [hello@lindenhof.example -> hello@lindenhof.test]",
        ),
        (
            &[("your consent, Art. 6(1)(a) GDPR", "our legitimate interest in selling more, Art. 6(1)(f) GDPR")],
            "claim gdpr/legal-basis [consent -> legitimate interest]",
        ),
        (
            &[("and with\nthe tax office", "with data brokers and with\nthe tax office")],
            "claim gdpr/recipients [ -> data brokers]",
        ),
        (
            &[("personal data outside the\nEuropean Economic Area", "personal data outside the\nUnited Kingdom")],
            "claim gdpr/third-country-transfers [European Economic Area -> United Kingdom]",
        ),
        (
            &[(
                "Our site does not change its behaviour when your browser sends a Do Not Track signal",
                "Our site honours the Do Not Track signal of your browser",
            )],
            "value caloppa/dnt-stance [not-honored -> honored]",
        ),
        (
            &[(
                "- Orders and invoices: ten years after the end of the year in which you ordered, because tax law asks for it.\n",
                "",
            )],
            "claim gdpr/retention-period [ten years -> ]",
        ),
    ] {
        assert_eq!(changes(&complete(), &edited(edits)), (0, vec![expected.to_owned()]), "{edits:?}");
    }
}

/// What an edit changed can stand where a check need not look, since something else shows the disclosure.
#[test]
fn a_claim_is_compared_in_words_that_further_phrases_find() {
    const RULE: &str = "\
id: acme/period
title: period
kind: disclosure
cite: [Our handbook]
why: Because.
evidence: ['kept ...3 <number> days']
further: ['linger ...3 <number> days']
compare: ['<number> days']
message: {missing: no period}
help: Tell it.
examples: {disclosed: ['Mail is kept 9 days.', 'Logs linger 9 days.']}
";
    let version = |days: u8| format!("# Privacy policy\n\nMail is kept 9 days. Logs linger {days} days.\n");
    let outcome = Program::new()
        .file("rules/period.yaml", RULE)
        .file("old.md", version(20))
        .file("new.md", version(30))
        .args(["diff", "--rules", "rules", "--select", "acme", "old.md", "new.md"])
        .run();
    assert!(outcome.stdout.contains("20 days") && outcome.stdout.contains("30 days"), "{}", outcome.stdout);
}

#[test]
fn what_gets_better_is_told_and_does_not_fail() {
    let poor = without("You can lodge", "We make no");
    assert_eq!(changes(&poor, &complete()), (0, vec!["gained gdpr/right-complaint".to_owned()]));
}

#[test]
fn edits_that_say_the_same_are_no_changes() {
    let text = complete();
    let reflowed = text.replace(
        "This policy tells you what we do with your\npersonal data when you use our shop and our app, and what you can ask of us.",
        "This policy tells you what we do\nwith your personal data when you\nuse our shop and our app, and what you can\nask of us.",
    );
    assert_ne!(reflowed, text);
    let rights = text.find("## Your rights").unwrap();
    let kept = text.find("## How long").unwrap();
    let moved = format!("{}{}\n{}", &text[..kept], &text[rights..], &text[kept..rights]);
    for (what, new) in [
        ("reflowed", reflowed),
        ("moved", moved),
        ("deeper headings", text.replace("\n## ", "\n#### ")),
        (
            "numbered",
            text.replace("## How long we keep it", "## 4. How long we keep it")
                .replace("## Your rights", "## 5. Your rights"),
        ),
        ("other bullets", text.replace("\n- ", "\n* ")),
        ("numbered items", text.replace("\n- ", "\n1. ")),
        ("curly quotes", text.replace("\"Data protection officer\"", "\u{201c}Data protection officer\u{201d}")),
        ("windows", text.replace('\n', "\r\n")),
        ("bold", text.replace("30 days", "**30 days**")),
        ("a number in digits", text.replace("ten years", "10 years")),
        ("a number in words", text.replace("30 days", "thirty days")),
        ("the same length of time", text.replace("ten years", "120 months")),
        (
            "reworded",
            text.replace(
                "Newsletter addresses: until you unsubscribe, and 30 days after that in our backups.",
                "Addresses for the newsletter: until you unsubscribe, and in our backups for 30 days after that.",
            ),
        ),
        (
            "split",
            text.replace(
                "until you unsubscribe, and 30 days after that in our backups.",
                "until you unsubscribe. Our backups hold them for 30 days after that.",
            ),
        ),
        ("another wording", text.replace("have your data erased", "have us delete your data")),
        ("a typing error", text.replace("tuning devices", "tuning  device")),
    ] {
        assert_eq!(changes(&complete(), &new), (0, Vec::new()), "{what}");
    }
}

#[test]
fn formats_are_no_changes() {
    let html = "<h1>Privacy</h1><p>We keep invoices for ten years after the end of the contract.</p>\
                <ul><li>Logs: we keep them for 30 days.</li></ul>";
    let plain = "Privacy\n\nWe keep invoices for ten years after the end of the contract.\n\n  * Logs: we keep them for 30 days.\n";
    let outcome =
        Program::new().file("old.html", html).file("new.txt", plain).args(["diff", "old.html", "new.txt"]).run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "0 worse, 0 changed, 0 better in 1 policy\n"));
}

#[test]
fn a_finding_comes_and_goes_with_its_words_and_stays_where_they_are_reworded() {
    let compare = |old: &str, new: &str| {
        let program = Program::new().file("rules/acme/jokes.yaml", JOKES).file("old.md", old).file("new.md", new);
        let outcome = program.args(["diff", "--rules", "rules", "old.md", "new.md"]).run();
        (outcome.code, outcome.stdout)
    };
    let plain = "We sell your data to circus artists from Mars.\n";
    let joke = "We sell your data to circus artists from Mars, just kidding.\n";
    let (code, text) = compare(plain, joke);
    assert_eq!(code, 1);
    assert!(
        text.contains("introduced[acme/jokes] Jokes: a joke stands in the policy\n    + new.md:1:48  \"just kidding\""),
        "{text}"
    );
    let (code, text) = compare(joke, plain);
    assert_eq!(code, 0);
    assert!(text.contains("fixed[acme/jokes] Jokes: no longer holds: a joke stands in the policy"), "{text}");
    let (code, text) = compare(joke, "Today we sell your data to three circus artists from Mars, just kidding.\n");
    assert_eq!((code, text.as_str()), (0, "0 worse, 0 changed, 0 better in 1 policy\n"));
    let (code, text) = compare(joke, &format!("{joke}\nWe read your mail. Just joking.\n"));
    assert_eq!((code, text.matches("introduced").count()), (1, 1), "{text}");
}

#[test]
fn a_disclosure_that_is_only_now_asked_for_is_a_new_finding() {
    let old = "Example GmbH, Mainz, is the controller. We keep your data only in Germany and do not transfer it outside the EEA.\n";
    let new = "Example GmbH, Mainz, is the controller. We transfer your personal data to the United States.\n";
    let (code, changes) = changes(old, new);
    assert_eq!(code, 1);
    assert!(changes.contains(&"introduced gdpr/transfer-safeguards".to_owned()), "{changes:?}");
}

/// An edit with something of each kind, by a document that means harm.
fn hostile() -> (String, String) {
    let old = complete();
    let new = edited(&[
        (
            "30 days after that in our backups",
            "5 years after that in our \\`backups\\` | &lt;b&gt; @acme #12 www.acme.example \u{1b}[31m",
        ),
        (
            "You can lodge a complaint with a data protection supervisory authority, for example the one in the state where you live.",
            "",
        ),
    ]);
    (old, new)
}

#[test]
fn text() {
    let (old, new) = hostile();
    insta::assert_snapshot!(compare(&old, &new, "text").stdout);
}

#[test]
fn json() {
    let (old, new) = hostile();
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    insta::assert_snapshot!(compare(&old, &new, "json").stdout.replace(&version, "\"version\": \"[version]\""));
}

#[test]
fn markdown() {
    let (old, new) = hostile();
    let shown = compare(&old, &new, "markdown").stdout;
    assert!(!shown.contains('\u{1b}'));
    insta::assert_snapshot!(shown);
}

#[test]
fn a_version_that_cannot_be_read_fails() {
    let outcome = Program::new().file("new.md", "Text").args(["diff", "gone.md", "new.md"]).run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (2, "error: can't read `gone.md`: there is no such file\n"));
    let outcome = Program::new().args(["diff", "-", "-"]).stdin("Text").run();
    assert_eq!(outcome.code, 2);
    let dutch = "Wij verwerken uw persoonsgegevens alleen voor zover dat nodig is om onze diensten te leveren. U hebt het recht om \
                 uw gegevens in te zien, te laten verbeteren en te laten wissen. Een klacht kunt u indienen bij de Autoriteit \
                 Persoonsgegevens. Wij plaatsen geen cookies, en wij geven uw gegevens niet door aan anderen.";
    let outcome =
        Program::new().file("old.md", dutch).file("new.md", complete()).args(["diff", "old.md", "new.md"]).run();
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("`old.md` is written in Dutch"), "{}", outcome.stderr);
    let outcome = Program::new().file("new.md", complete()).args(["diff", "-", "new.md"]).stdin(complete()).run();
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
}

// ---- check --since -----------------------------------------------------------------------------------------------------

fn git(folder: &Path, args: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main"])
        .args(args)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A repository with a complete policy committed as `docs/privacy.md`.
fn repository() -> Program {
    let program = Program::new().file("docs/privacy.md", complete()).env("GIT_CONFIG_GLOBAL", "/dev/null");
    let folder = program.path(".");
    git(&folder, &["init", "-q"]);
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "-qm", "Add a policy"]);
    program
}

fn lossy() -> String {
    without("Our data protection officer", "## What we use")
}

#[test]
fn since_tells_what_edits_made_worse() {
    let same = repository().args(["check", "--since", "HEAD", "docs/privacy.md"]).run();
    assert_eq!((same.code, same.stdout.as_str()), (0, "0 worse, 0 changed, 0 better in 1 policy\n"), "{}", same.stderr);
    let changed = repository().file("docs/privacy.md", lossy()).args(["check", "--since", "HEAD", "docs"]).run();
    assert_eq!(changed.code, 1, "{}", changed.stderr);
    let first = changed.stdout.lines().next().unwrap();
    assert_eq!(first, "HEAD:docs/privacy.md -> docs/privacy.md");
    assert!(
        changed.stdout.contains("lost[gdpr/dpo-contact]")
            && changed.stdout.ends_with("1 worse, 0 changed, 0 better in 1 policy\n")
    );

    let neutral = edited(&[("30 days after", "5 years after")]);
    let outcome =
        repository().file("docs/privacy.md", neutral).args(["check", "--since", "main", "docs/privacy.md"]).run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "0 worse, 0 changed, 0 better in 1 policy\n"));

    let json = repository().file("docs/privacy.md", lossy());
    let outcome = json.args(["check", "--since", "HEAD", "--format", "json", "docs/privacy.md"]).run();
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(report["comparisons"][0]["changes"][0]["rule"], "gdpr/dpo-contact");
    let refused = repository().args(["check", "--since", "HEAD", "--format", "csv", "docs"]).run();
    assert_eq!(refused.code, 2);
    assert_eq!(refused.stderr, "error: `--since` can't report as `csv`; expected full, json or markdown\n");
}

#[test]
fn since_works_from_a_subfolder() {
    let program = repository().file("docs/privacy.md", lossy()).current("docs");
    let outcome = program.args(["check", "--since", "HEAD", "privacy.md"]).run();
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    assert!(outcome.stdout.starts_with("HEAD:docs/privacy.md -> privacy.md\n"), "{}", outcome.stdout);
}

#[test]
fn since_follows_a_renamed_file() {
    let program = repository();
    git(&program.path("."), &["mv", "docs/privacy.md", "policy.md"]);
    let program = program.file("policy.md", lossy());
    let outcome = program.args(["check", "--since", "HEAD", "policy.md"]).run();
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    assert!(outcome.stdout.starts_with("HEAD:docs/privacy.md -> policy.md\n"), "{}", outcome.stdout);
    assert!(outcome.stdout.ends_with("1 worse, 0 changed, 0 better in 1 policy\n"), "{}", outcome.stdout);
}

/// A policy that is gone can't be compared; who deleted it may not have meant to.
#[test]
fn since_names_the_policies_that_are_gone() {
    let program = repository().file("docs/other.md", complete()).file("docs/code.rs", "");
    git(&program.path("."), &["add", "."]);
    git(&program.path("."), &["commit", "-qm", "Add another"]);
    std::fs::remove_file(program.path("docs/privacy.md")).unwrap();
    std::fs::remove_file(program.path("docs/code.rs")).unwrap();
    let outcome = program.args(["check", "--since", "HEAD"]).run();
    let told = "note: gone since `HEAD`, so that nothing could be compared: `docs/privacy.md`\n";
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, told));
}

#[test]
fn since_takes_all_of_a_new_file_for_new() {
    let outcome = repository()
        .file("new.md", "# Privacy\n\nWe keep your data safe.\n")
        .args(["check", "--since", "HEAD", "new.md"])
        .run();
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    assert!(outcome.stdout.starts_with("new.md, which is new\n  introduced["), "{}", outcome.stdout);
    let outcome = repository().file("new.md", complete()).args(["check", "--since", "HEAD", "new.md"]).run();
    assert_eq!(outcome.code, 0, "{}", outcome.stdout);
}

#[test]
fn since_says_what_is_wrong() {
    let failed = |program: Program, args: &[&str]| {
        let outcome = program.args(["check"].iter().chain(args)).run();
        assert_eq!(outcome.code, 2, "{args:?}: {outcome:?}");
        assert_eq!(outcome.stdout, "", "{args:?}");
        outcome.stderr
    };
    let stderr = failed(repository(), &["--since", "no-such-branch", "docs"]);
    assert!(stderr.starts_with("error: `no-such-branch` names no commit of the repository"), "{stderr}");
    // What looks like an option never becomes one.
    for hostile in ["--output=stolen", "-h", "--all", "HEAD:docs/privacy.md", "", "HEAD --all"] {
        let program = repository();
        let stolen = program.path("stolen");
        let stderr = failed(program, &["--since", hostile, "docs"]);
        assert!(stderr.contains("names no commit"), "{hostile}: {stderr}");
        assert!(!stolen.exists());
    }
    let outside = Program::new().file("privacy.md", complete()).env("GIT_CEILING_DIRECTORIES", "/");
    let stderr = failed(outside, &["--since", "HEAD", "privacy.md"]);
    assert!(stderr.contains("`privacy.md` is in no git repository"), "{stderr}");
    let stderr = failed(repository().env("PATH", "/nonexistent"), &["--since", "HEAD", "docs"]);
    assert!(stderr.contains("needs git, and there is no such program"), "{stderr}");
    let stderr = failed(repository(), &["--since", "HEAD", "-"]);
    assert!(stderr.contains("standard input has no history"), "{stderr}");
    let stderr = failed(repository(), &["--since", "HEAD", "gone.md"]);
    assert_eq!(stderr, "error: can't read `gone.md`: there is no such file\n");
}
