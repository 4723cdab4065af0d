//! Fingerprints: what they survive, what changes them, and that they are what docs/suppressing.md says.

use serde_json::Value;

use crate::program::{Folder, JOKES, root};

const PETS: &str = "\
id: acme/pets
title: Pets
kind: disclosure
cite: [House style]
why: Readers have pets.
evidence: ['pets']
message: {missing: the policy does not say what it means for pets}
help: Say so.
examples: {disclosed: ['Pets are welcome.'], missing: ['We keep data.']}
";

/// The fingerprints of the joke and of the missing pets, in a policy of this name and content.
fn fingerprints(name: &str, content: &str) -> (String, String) {
    let folder = Folder::new().file("rules/jokes.yaml", JOKES).file("rules/pets.yaml", PETS).file(name, content);
    let outcome = folder.run(["check", "--format", "json", "--rules", "rules", name]);
    let report: Value = serde_json::from_str(&outcome.stdout).expect(&outcome.stderr);
    let of = |rule: &str| {
        let findings = report["files"][0]["findings"].as_array().unwrap();
        let mut found = findings.iter().filter(|finding| finding["rule"] == rule);
        let fingerprint = found.next().expect(rule)["fingerprint"].as_str().unwrap().to_owned();
        assert!(found.next().is_none(), "{rule} is found more than once in {content}");
        fingerprint
    };
    (of("acme/jokes"), of("acme/pets"))
}

const POLICY: &str = "\
# Privacy

## 1. Storage

We keep it safe. We don't keep your data for more than 2 years, just kidding.

- one
- two
";

#[test]
fn a_fingerprint_survives_edits_that_leave_the_clause_as_it_is() {
    let same = fingerprints("policy.md", POLICY);
    let clause = "We don't keep your data for more than 2 years, just kidding.";
    let edited = |from: &str, to: &str| {
        assert!(POLICY.contains(from), "{from}");
        POLICY.replace(from, to)
    };
    let html = "<h1>Privacy</h1><h2>1. Storage</h2><p>We keep it safe. We don&#39;t keep your <a href='/d'>data</a> \
                for more than 2&nbsp;years, just kidding.</p><ul><li>one<li>two</ul>";
    let edits = [
        ("lines before it", "policy.md", edited("## 1.", "A paragraph.\n\nAnother one.\n\n## 1.")),
        (
            "a sentence before it in its paragraph",
            "policy.md",
            edited("We keep it safe.", "We keep it safe. So we say."),
        ),
        (
            "another section",
            "policy.md",
            edited(clause, "").replace("- one", &format!("## 2. Jokes\n\n{clause}\n\n- one")),
        ),
        ("other line breaks", "policy.md", edited("your data for", "your\ndata\nfor")),
        ("another file name", "legal/datenschutz-en.md", POLICY.to_owned()),
        ("CRLF", "policy.md", POLICY.replace('\n', "\r\n")),
        ("emphasis and a link", "policy.md", edited("your data", "*your* [**data**](/data)")),
        ("a curly quote, a no-break space, a soft hyphen", "policy.md", {
            edited("don't", "don\u{2019}t").replace("2 years", "2\u{a0}years").replace("kidding", "kid\u{ad}ding")
        }),
        ("another number on the heading", "policy.md", edited("## 1. Storage", "## 7. What we store")),
        ("other list markers", "policy.md", edited("- one\n- two", "1) one\n2) two")),
        ("into a list item", "policy.md", edited(clause, &format!("\n\n* {clause}\n"))),
        ("HTML", "policy.html", html.to_owned()),
        ("capitals and punctuation", "policy.md", edited("years, just kidding.", "YEARS: just kidding!")),
    ];
    for (edit, name, content) in edits {
        assert_eq!(fingerprints(name, &content), same, "{edit}: {content}");
    }
}

#[test]
fn a_fingerprint_changes_with_the_words_of_the_clause() {
    let (before, missing) = fingerprints("policy.md", POLICY);
    let edits = [
        ("a word replaced", "keep your data", "sell your data"),
        ("a negation taken out", "We don't keep", "We do keep"),
        ("a number", "2 years", "3 years"),
        ("a word more", "your data", "your personal data"),
        ("other order", "just kidding.", "and no more, just kidding."),
        ("the words found", "just kidding", "just joking"),
    ];
    for (edit, from, to) in edits {
        let content = POLICY.replace(from, to);
        assert_ne!(content, POLICY);
        let (after, still_missing) = fingerprints("policy.md", &content);
        assert_ne!(after, before, "{edit}");
        assert_eq!(still_missing, missing, "{edit}");
    }
    assert_ne!(before, missing);
}

/// The algorithm as docs/suppressing.md tells it, written anew.
fn documented(rule: &str, words: &[&str]) -> String {
    let text = std::iter::once(rule).chain(words.iter().copied()).collect::<Vec<_>>().join("\0");
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

#[test]
fn fingerprints_are_what_the_documentation_says() {
    let words = "we don t keep your data for more than 2 years just kidding";
    let joke = documented("acme/jokes", &words.split(' ').collect::<Vec<_>>());
    let missing = documented("acme/pets", &[]);
    assert_eq!(fingerprints("policy.md", POLICY), (joke.clone(), missing.clone()));
    let page = std::fs::read_to_string(root().join("docs/suppressing.md")).unwrap();
    for example in [joke, missing] {
        assert!(page.contains(&example), "docs/suppressing.md lacks {example}");
    }
}

#[test]
fn the_same_words_twice_are_two_findings() {
    let folder = Folder::new()
        .file("rules/jokes.yaml", JOKES)
        .file("policy.md", "# Privacy\n\nJust kidding.\n\nWe keep data.\n\nJust kidding!\n");
    let outcome = folder.run(["check", "--format", "json", "--rules", "rules", "policy.md"]);
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let findings = report["files"][0]["findings"].as_array().unwrap();
    let jokes: Vec<&str> = findings
        .iter()
        .filter(|finding| finding["rule"] == "acme/jokes")
        .map(|finding| finding["fingerprint"].as_str().unwrap())
        .collect();
    assert_eq!(
        jokes,
        [documented("acme/jokes", &["just", "kidding"]), documented("acme/jokes", &["just", "kidding", "#1"])]
    );
}
