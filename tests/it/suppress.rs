//! Suppressions: comments in the document, the suppressions file, and what is said of those that do no good.

use serde_json::Value;

use crate::program::{Folder, JOKES, Outcome};

const PETS: &str = "\
id: acme/pets
title: Pets
kind: disclosure
cite: [House style]
why: Readers have pets.
evidence: ['pets']
message: {missing: \"the policy does not say: what it means for pets # or others\"}
help: Say so.
examples: {disclosed: ['Pets are welcome.'], missing: ['We keep data.']}
";

const FILE: &str = "clauselint.suppressions.yaml";

/// A folder with a rule of its own.
fn folder() -> Folder {
    Folder::new().file("rules/jokes.yaml", JOKES)
}

const SETTLED: [&str; 6] = ["--rules", "rules", "--select", "acme,suppression", "--today", "2026-06-01"];

fn check(folder: &Folder, args: &[&str]) -> Outcome {
    folder.run(["check", "--format", "concise"].iter().chain(&SETTLED).chain(args))
}

fn suppress(folder: &Folder, args: &[&str]) -> Outcome {
    folder.run(["suppress"].iter().chain(&SETTLED).chain(args))
}

/// What is found in a policy: the lines and the rules.
fn found(name: &str, policy: &str) -> Vec<String> {
    let outcome = check(&folder().file(name, policy), &[name]);
    assert_eq!(outcome.stderr, "", "{policy}");
    let short = |line: &str| {
        let mut parts = line.splitn(4, ':');
        let number = parts.nth(1).unwrap().to_owned();
        let rule = parts.nth(1).unwrap().split(['[', ']']).nth(1).unwrap().to_owned();
        format!("{number} {rule}")
    };
    outcome.stdout.lines().map(short).collect()
}

fn in_markdown(policy: &str) -> Vec<String> {
    found("a.md", policy)
}

const NONE: [&str; 0] = [];

// ------------------------------------------------------------------------------------------------------------------
// Comments

#[test]
fn a_comment_holds_for_the_next_clause_alone() {
    let policy = "<!-- clauselint-ignore acme/jokes: a quotation -->\nJust kidding. Just joking.\n\nJust kidding.\n";
    assert_eq!(in_markdown(policy), ["2 acme/jokes", "4 acme/jokes"]);
    assert_eq!(in_markdown(&policy.replace("Just joking.", "We keep it.")), ["4 acme/jokes"]);
    // In the sentence, next to formatting, at its start, in a link's text.
    for clause in [
        "Well, <!-- clauselint-ignore acme/jokes: a quotation -->**just** kidding.",
        "Just<!-- clauselint-ignore acme/jokes: a quotation --> kidding.",
        "**<!-- clauselint-ignore acme/jokes: a quotation -->Just** _kidding_.",
        "[<!-- clauselint-ignore acme/jokes: a quotation -->Just kidding](/x) is what we say.",
    ] {
        assert_eq!(in_markdown(clause), NONE, "{clause}");
    }
    // After a sentence it stands before the next one, and says that it is not used.
    let trailing = "Just kidding. <!-- clauselint-ignore acme/jokes: a quotation -->\n\nWe keep it.\n";
    assert_eq!(in_markdown(trailing), ["1 acme/jokes", "1 suppression/unused"]);
    let folder = folder().file("a.md", trailing);
    let report = folder.run(["check", "a.md"].iter().chain(&SETTLED)).stdout;
    assert!(report.contains("It holds for what follows it"), "{report}");
}

#[test]
fn comments_work_in_and_between_items_rows_and_quotes() {
    let comment = "<!-- clauselint-ignore acme/jokes: a quotation -->";
    for policy in [
        format!("- one\n- {comment} just kidding\n- three\n"),
        format!("- one\n- well, {comment} just kidding\n- three\n"),
        format!("- one\n  {comment}\n- just kidding\n- three\n"),
        format!("- one\n\n{comment}\n\n- just kidding\n- three\n"),
        format!("1. one\n   {comment}\n   1. just kidding\n"),
        format!("> {comment}\n> Just kidding.\n"),
        format!("| a | b |\n|---|---|\n| {comment} just kidding | two |\n| one | three |\n"),
        format!("| a | b |\n|---|---|\n| well | {comment} just kidding |\n| one | three |\n"),
        format!("{comment}\n\n> - **just** kidding\n"),
        format!("Term\n: {comment} Just kidding.\n"),
    ] {
        assert_eq!(in_markdown(&policy), NONE, "{policy}");
        assert_eq!(in_markdown(&policy.replace(comment, "")).len(), 1, "{policy}");
    }
}

#[test]
fn comments_work_in_html() {
    let comment = "<!-- clauselint-ignore acme/jokes: a quotation -->";
    for policy in [
        format!("<p>One.</p>{comment}<p>Just kidding.</p><p>Two.</p>"),
        format!("<p>One. {comment}Just <b>kidding</b>.</p>"),
        format!("<ul><li>one{comment}<li>just kidding<li>three</ul>"),
        format!("<table><tr><th>a<th>b<tr><td>{comment}just kidding<td>two</table>"),
        "<h1>Privacy</h1>\n<!--\n  clauselint-ignore-file acme/jokes:\n  a page of jokes\n-->\n<p>Just kidding.</p>"
            .to_owned(),
        format!("<p>One.</p><nav>{comment}</nav><p>Just kidding.</p>"),
    ] {
        assert_eq!(found("a.html", &policy), NONE, "{policy}");
    }
    // What a script or a style says is no comment of the page.
    let script = format!("<script>{comment}</script><style>{comment}</style><p>Just kidding.</p>");
    assert_eq!(found("a.html", &script), ["1 acme/jokes"]);
    assert_eq!(found("a.md", &format!("<div>\n{comment}\n<p>Just kidding.</p>\n</div>\n")), NONE);
}

#[test]
fn a_section_and_a_file_are_reached_as_a_whole() {
    let policy = "\
Just kidding.

# Privacy

Just kidding.

## Jokes

COMMENT
Just kidding.

### More

Just kidding.

## Bread

Just kidding.
";
    let with = |name: &str| policy.replace("COMMENT", &format!("<!-- {name} acme/*: quotations -->"));
    assert_eq!(in_markdown(&with("clauselint-ignore-section")), ["1 acme/jokes", "5 acme/jokes", "18 acme/jokes"]);
    assert_eq!(in_markdown(&with("clauselint-ignore-file")), NONE);
    // Right before a heading it is for the section of that heading; within its line, too.
    let before = policy.replace("## Bread", "<!-- clauselint-ignore-section acme/jokes: quotations -->\n## Bread");
    assert_eq!(
        in_markdown(&before.replace("COMMENT\n", "")),
        ["1 acme/jokes", "5 acme/jokes", "9 acme/jokes", "13 acme/jokes"]
    );
    let within = policy.replace("# Privacy", "# Our <!-- clauselint-ignore-section acme/jokes: quotations --> privacy");
    assert_eq!(in_markdown(&within.replace("COMMENT\n", "")), ["1 acme/jokes"]);
    let first = policy.replace("COMMENT\n", "");
    let first = format!("<!-- clauselint-ignore-section acme/jokes: quotations -->\n{first}");
    assert_eq!(in_markdown(&first).len(), 4);
}

#[test]
fn what_is_missing_is_suppressed_by_file_or_where_it_is_reported() {
    let missing = |policy: &str| {
        let folder = folder().file("rules/pets.yaml", PETS).file("a.md", policy);
        check(&folder, &["a.md"])
            .stdout
            .lines()
            .map(|line| line.split(['[', ']']).nth(1).unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let at_end = "# Privacy\n\nWe keep data.\n\n## Bread\n\nWe bake it.\n\n<!-- clauselint-ignore-file acme/pets: nobody has any -->\n";
    assert_eq!(missing(at_end), NONE);
    let at_title = "<!-- clauselint-ignore acme/pets: nobody has any -->\n# Privacy\n\nWe keep data.\n";
    assert_eq!(missing(at_title), NONE);
    let elsewhere = at_end.replace("ignore-file", "ignore");
    assert_eq!(missing(&elsewhere), ["acme/pets", "suppression/unused"]);
    let folder = folder().file("rules/pets.yaml", PETS).file("a.md", elsewhere);
    let report = folder.run(["check", "a.md"].iter().chain(&SETTLED)).stdout;
    assert!(report.contains("What is missing is missing from the whole file"), "{report}");
}

#[test]
fn what_looks_like_a_directive_is_none() {
    for policy in [
        "`<!-- clauselint-ignore-file acme/jokes: shown -->` Just kidding.\n",
        "```html\n<!-- clauselint-ignore-file acme/jokes: shown -->\n```\n\nJust kidding.\n",
        "    <!-- clauselint-ignore-file acme/jokes: shown -->\n\nJust kidding.\n",
        "clauselint-ignore-file acme/jokes: this is prose. Just kidding.\n",
        "\\<!-- clauselint-ignore-file acme/jokes: escaped -->\n\nJust kidding.\n",
        "<!-- Note: clauselint-ignore-file acme/jokes: quoted -->\n\nJust kidding.\n",
        "<!-- clauselint finds acme/jokes here: let it -->\n\nJust kidding.\n",
    ] {
        let found = in_markdown(policy);
        assert!(found.len() == 1 && found[0].ends_with(" acme/jokes"), "{policy}: {found:?}");
    }
    let plain = "Privacy\n\n<!-- clauselint-ignore-file acme/jokes: no comment in plain text -->\n\nJust kidding.\n";
    assert_eq!(found("a.txt", plain), ["5 acme/jokes"]);
}

#[test]
fn a_malformed_comment_is_a_finding_that_says_what_to_write() {
    let folder = folder().file(
        "a.md",
        "\
<!-- clauselint-ignore acme/jokes -->
Just kidding.

<!-- clauselint-ignore acme/joke: a quotation -->
Just kidding.

<!-- clauselint-ingore acme/jokes: a quotation -->
<!-- clauselint disable acme/jokes: a quotation -->
<!-- clauselint-ignore acm/*: a quotation -->
<!-- clauselint-ignore: a quotation -->
<!-- clauselint-ignore acme/jokes until soon: a quotation -->
<!-- clauselint-ignore suppression/malformed: a quotation -->
Just kidding.
",
    );
    let outcome = check(&folder, &["a.md"]);
    assert_eq!(outcome.code, 1);
    insta::assert_snapshot!(outcome.stdout);
}

#[test]
fn a_hostile_comment_is_shown_harmless() {
    let words = "\u{1b}[31m ".repeat(40);
    let folder = folder().file("a.md", format!("<!-- clauselint-ignore \u{1b}]0;x\u{7} {words}: x -->\nWe keep it.\n"));
    for format in ["full", "concise"] {
        let outcome = folder.run(["check", "--format", format, "a.md"].iter().chain(&SETTLED));
        assert!(!outcome.stdout.contains(|c: char| c.is_control() && c != '\n'), "{:?}", outcome.stdout);
        assert_eq!(outcome.stdout.matches("suppression/malformed").count(), 5, "{}", outcome.stdout);
    }
}

#[test]
fn a_comment_can_run_out() {
    let policy = "<!-- clauselint-ignore acme/jokes until 2026-05-31: a quotation -->\nJust kidding.\n";
    assert_eq!(in_markdown(policy), ["1 suppression/expired", "2 acme/jokes"]);
    assert_eq!(in_markdown(&policy.replace("05-31", "06-01")), NONE);
}

// ------------------------------------------------------------------------------------------------------------------
// The suppressions file

/// A folder with a joke in two policies, and the joke's fingerprint.
fn two_policies() -> (Folder, String) {
    let folder = folder()
        .file("policies/a.md", "# Privacy\n\nWe bake bread, just kidding.\n")
        .file("policies/b.md", "# Privacy\n\nWe bake bread, just kidding.\n");
    let listed = suppress(&folder, &["--list", "policies/a.md"]).stdout;
    (folder, listed[..16].to_owned())
}

/// A script may set aside several findings at once: each run adds to what the others have written.
#[test]
fn runs_at_once_lose_no_entry() {
    let folder = folder();
    for idx in 0..6 {
        folder.write(
            &format!("policies/{idx}.md"),
            format!("# Notice {idx}\n\nWe bake bread {idx} times, just kidding.\n"),
        );
    }
    let listed = suppress(&folder, &["--list", "policies"]).stdout;
    let fingerprints: Vec<&str> = listed.lines().map(|line| &line[..16]).collect();
    assert_eq!(fingerprints.len(), 6, "{listed}");
    let folder = &folder;
    std::thread::scope(|scope| {
        for fingerprint in &fingerprints {
            scope.spawn(move || {
                let outcome = suppress(folder, &[fingerprint, "--reason", "meant", "policies"]);
                assert_eq!(outcome.code, 0, "{}", outcome.stderr);
            });
        }
    });
    let written = folder.read(FILE);
    for fingerprint in fingerprints {
        assert_eq!(written.matches(fingerprint).count(), 1, "{written}");
    }
    // Nothing is left beside it.
    let names = std::fs::read_dir(folder.path(".")).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.filter(|name| name.to_string_lossy().starts_with(".clauselint-")).count(), 0);
}

#[test]
fn suppress_writes_an_entry_that_holds_for_that_finding_alone() {
    let (folder, fingerprint) = two_policies();
    let args = [
        &*fingerprint,
        "--reason",
        "it's a\njoke: # really",
        "--who",
        "Legal",
        "--until",
        "2026-12-31",
        "policies/a.md",
    ];
    let outcome = suppress(&folder, &args);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, ""));
    insta::assert_snapshot!(outcome.stderr, @"note: suppressed acme/jokes in `policies/a.md`, by an entry in `clauselint.suppressions.yaml`");
    insta::assert_snapshot!(folder.read(FILE));
    let after = check(&folder, &["policies"]);
    assert_eq!(after.stdout, "policies/b.md:3:16: error[acme/jokes] a joke stands in the policy\n");
    // The other one is added after it; a third time there is nothing to add.
    assert_eq!(suppress(&folder, &[&fingerprint, "--reason", "the same joke", "policies"]).code, 0);
    let after = check(&folder, &["policies"]);
    assert_eq!((after.code, after.stdout.as_str()), (0, ""));
    let again = suppress(&folder, &[&fingerprint, "--reason", "the same joke", "policies"]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.ends_with("is suppressed already: it's a joke: # really\n"), "{}", again.stderr);
}

#[test]
fn a_missing_disclosure_is_suppressed_in_one_file() {
    let folder =
        folder().file("rules/pets.yaml", PETS).file("a.md", "# A\n\nWe bake.\n").file("b.md", "# B\n\nWe bake.\n");
    let fingerprint = suppress(&folder, &["--list", "a.md"]).stdout[..16].to_owned();
    assert_eq!(suppress(&folder, &["--list", "b.md"]).stdout[..16], fingerprint);
    assert_eq!(suppress(&folder, &[&fingerprint, "--reason", "nobody has any", "a.md"]).code, 0);
    let outcome = check(&folder, &["."]);
    assert_eq!(outcome.stdout.lines().count(), 1, "{}", outcome.stdout);
    assert!(outcome.stdout.starts_with("b.md:1:3: error[acme/pets]"), "{}", outcome.stdout);
    // Without a path it is for all files, with a pattern for those that match.
    let text = folder.read(FILE);
    folder.write(FILE, text.replace("    path: 'a.md'\n", ""));
    assert_eq!(check(&folder, &["."]).stdout, "");
    folder.write(FILE, text.replace("'a.md'", "'[b-z]*.md'"));
    assert!(check(&folder, &["."]).stdout.starts_with("a.md:1:3: error[acme/pets]"));
}

#[test]
fn an_entry_goes_with_a_renamed_file() {
    let (folder, fingerprint) = two_policies();
    suppress(&folder, &[&fingerprint, "--reason", "a joke", "policies/a.md"]);
    suppress(&folder, &[&fingerprint, "--reason", "a joke", "policies/b.md"]);
    folder.rename("policies/a.md", "policies/renamed.md");
    let outcome = check(&folder, &["policies"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, ""));
    // Where several files have the finding now, nobody can know which was meant.
    folder.write("policies/other.md", "# Privacy\n\nWe bake bread, just kidding.\n");
    let outcome = check(&folder, &["policies"]);
    assert_eq!(outcome.stdout.lines().count(), 3, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("warning[suppression/unused]"), "{}", outcome.stdout);
}

#[test]
fn an_unused_entry_is_told_by_a_run_that_could_have_used_it() {
    let (folder, fingerprint) = two_policies();
    suppress(&folder, &[&fingerprint, "--reason", "a joke", "policies"]);
    let anywhere = "  - fingerprint: '1111111111111111'\n    rule: acme/jokes\n    reason: gone\n";
    folder.write(FILE, folder.read(FILE) + anywhere);
    folder.write("policies/a.md", "# Privacy\n\nWe bake bread.\n");
    let lines = |paths: &[&str]| {
        let outcome = check(&folder, paths);
        assert_eq!(outcome.stderr, "");
        outcome.stdout.lines().map(|line| line.split(": ").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (a, gone) = (format!("{FILE}:4:5"), format!("{FILE}:12:5"));
    assert_eq!(lines(&["."]), [a.clone(), gone]);
    assert_eq!(lines(&["policies"]), std::slice::from_ref(&a));
    assert_eq!(lines(&["policies/a.md"]), [a]);
    assert_eq!(lines(&["policies/b.md"]), NONE);
    let report = folder.run(["check", "policies/a.md"].iter().chain(&SETTLED)).stdout;
    insta::assert_snapshot!(
        report
            .split_once(
                "

"
            )
            .unwrap()
            .1
    );
}

#[test]
fn an_expired_entry_holds_no_more() {
    let (folder, fingerprint) = two_policies();
    suppress(&folder, &[&fingerprint, "--reason", "a joke", "--until", "2026-06-01", "policies/a.md"]);
    assert_eq!(check(&folder, &["policies/a.md"]).code, 0);
    let settled = SETTLED.map(|arg| if arg == "2026-06-01" { "2026-06-02" } else { arg });
    let outcome = folder.run(["check", "--format", "concise", "policies/a.md"].iter().chain(&settled));
    assert_eq!(outcome.code, 1);
    assert_eq!(
        outcome.stdout,
        format!(
            "policies/a.md:3:16: error[acme/jokes] a joke stands in the policy\n{FILE}:4:5: error[suppression/expired] a \
             suppression has run out: 2026-06-01 was its last day\n"
        )
    );
}

/// Everything that an editor may have put into the file.
fn motley(used: &str) -> String {
    format!(
        "\
# Ours. Keep sorted.
suppressions:   # all of them

  # The first one.
  - fingerprint: \"1111111111111111\"
    rule: acme/jokes   # gone
    reason: >-
      folded
      # not a comment
    who: Legal

  # In use.
  - rule:   'acme/jokes'
    fingerprint: {used}
    reason: \"a \\\"joke\\\"\"
    path: policies/a.md
  # Run out.
  -
    fingerprint: '2222222222222222'
    # between keys
    rule: acme/jokes
    reason: old
    until: 2020-01-01
  # The end.
"
    )
}

#[test]
fn prune_takes_out_what_does_no_good_and_nothing_else() {
    for line_end in ["\n", "\r\n"] {
        let (folder, fingerprint) = two_policies();
        // Not all fingerprints are numbers; YAML must not take one for a number either way.
        let text = motley(&fingerprint).replace('\n', line_end);
        folder.write(FILE, ["\u{feff}", &text].concat());
        let outcome = suppress(&folder, &["--prune"]);
        assert_eq!(outcome.stderr, format!("note: took 2 suppressions out of `{FILE}`\n"));
        let first =
            &text[text.find("  - fingerprint: \"1").unwrap()..text.find(&format!("{line_end}  # In use")).unwrap()];
        let last = &text[text.find(&format!("  -{line_end}")).unwrap()..text.find("  # The end").unwrap()];
        assert_eq!(folder.read(FILE), ["\u{feff}", &text.replace(first, "").replace(last, "")].concat());
        let again = suppress(&folder, &["--prune"]);
        assert_eq!(again.stderr, format!("note: nothing in `{FILE}` is to be taken out\n"));
        // What is added goes after the last entry, in the manner of the file.
        suppress(&folder, &[&fingerprint, "--reason", "a joke", "policies/b.md"]);
        let added = folder.read(FILE);
        let kept = added.find("    path: policies/a.md").unwrap();
        assert!(
            added[kept..].contains(&format!("a.md{line_end}  - fingerprint: '{fingerprint}'{line_end}    rule: acme")),
            "{added}"
        );
        assert!(added.ends_with(&format!("  # Run out.{line_end}  # The end.{line_end}")), "{added}");
        assert_eq!(added.matches('\n').count(), added.matches(line_end).count());
    }
}

#[test]
fn an_empty_list_can_be_added_to_in_any_form() {
    for start in [
        "",
        "# Ours.\n",
        "suppressions:\n",
        "suppressions: []\n",
        "suppressions: [ ] # none\n",
        "suppressions: []# none\n",
        "suppressions:",
        "# Ours.",
    ] {
        let (folder, fingerprint) = two_policies();
        folder.write(FILE, start);
        let outcome = suppress(&folder, &[&fingerprint, "--reason", "a joke", "policies"]);
        assert_eq!(outcome.code, 0, "{start:?}: {}", outcome.stderr);
        assert_eq!(check(&folder, &["policies"]).stdout, "", "{start:?}: {}", folder.read(FILE));
        assert!(start.is_empty() || folder.read(FILE).starts_with(start.trim_end().split(" [").next().unwrap()));
        // Emptied, it can still be read.
        folder.write("policies/a.md", "# Privacy\n");
        folder.write("policies/b.md", "# Privacy\n");
        assert_eq!(suppress(&folder, &["--prune"]).code, 0);
        assert_eq!(check(&folder, &["."]).stdout, "", "{start:?}: {}", folder.read(FILE));
    }
}

/// What YAML reads as nothing is no list that something could be added to.
#[test]
fn what_only_reads_as_an_empty_list_is_told() {
    for value in [" ~", " null", "\n  !who: # us", "\n  ~"] {
        let (folder, _) = two_policies();
        folder.write(FILE, format!("suppressions:{value}\n"));
        let outcome = check(&folder, &["policies"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{value:?}");
        assert!(outcome.stderr.contains("expected a list: lines that start with `- `, or `[]`"), "{}", outcome.stderr);
    }
}

#[test]
fn all_mistakes_in_the_file_are_drawn_in_one_run() {
    let (folder, _) = two_policies();
    folder.write(
        FILE,
        "\
suppression:
suppressions:
  - fingerprint: 123
    rule: acme/jokes
    reason: too short
  - fingerprint: '1111111111111111'
    rule: acme/jokes
    reason:
  - fingerprint: '1111111111111111'
    rules: acme/jokes
    reason: ok
    until: 2026-02-30
    path: 'a[.md'
",
    );
    let outcome = check(&folder, &["policies"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    insta::assert_snapshot!(outcome.stderr);
    // Entries in brackets can't be edited; each is told, and so is what is wrong with the others.
    folder.write(
        FILE,
        "\
suppressions:
  - {fingerprint: '1111111111111111', rule: acme/jokes, reason: ok}
  - fingerprint: 123
    rule: acme/jokes
    reason: ok
    rule: acme/cats
  - {fingerprint: '1111111111111111', rule: acme/jokes, reason: ok}
",
    );
    let said = check(&folder, &["policies"]).stderr;
    for place in [":2:3]", ":3:5]", ":6:5]", ":7:3]"] {
        assert!(said.contains(place), "{place}: {said}");
    }
    assert!(said.contains("4 mistakes in the suppressions"), "{said}");
    for (text, said) in [
        ("suppressions: {a: b}\n", "expected a list"),
        ("suppressions: [{fingerprint: '1111111111111111'}]\n", "expected entries that start with `- `"),
        ("suppressions:\n  - just text\n", "expected entries that start with `- `"),
        ("suppressions:\n  - fingerprint: 'open\n", "suppressions/yaml"),
        ("- a\n", "expected a mapping"),
        // Comments alone are a file, but not with what no YAML file may hold.
        ("# a\0b\n", "suppressions/yaml"),
        // A line that goes on for who adds to the file.
        ("# Ours.\r\nsuppressions:\rpath: a\r\n", "a line ends here for YAML"),
        ("# Ours,\u{2028}all: of them\n", "a line ends here for YAML"),
    ] {
        folder.write(FILE, text);
        let outcome = check(&folder, &["policies"]);
        assert!(outcome.code == 2 && outcome.stderr.contains(said), "{text}: {}", outcome.stderr);
        // Nothing is written into a file that can't be read.
        assert_eq!(suppress(&folder, &["--prune"]).code, 2);
        assert_eq!(folder.read(FILE), text);
    }
}

#[test]
fn an_entry_for_a_rule_that_is_not_there_is_a_finding() {
    let (folder, _) = two_policies();
    let entry =
        |rule: &str| format!("suppressions:\n- fingerprint: '1111111111111111'\n  rule: {rule}\n  reason: ok\n");
    folder.write(FILE, entry("acme/joke"));
    let outcome = check(&folder, &["policies/b.md"]);
    let said =
        "error[suppression/malformed] a suppression can't be read: `acme/joke` is no rule; did you mean `acme/jokes`?";
    assert!(outcome.stdout.contains(&format!("{FILE}:2:3: {said}")), "{}", outcome.stdout);
    folder.write(FILE, entry("suppression/unused"));
    assert!(check(&folder, &["policies/b.md"]).stdout.contains("`suppression/unused` is about suppressions"));
}

#[test]
fn the_file_is_found_above_the_policy_up_to_the_root_of_the_repository_or_given() {
    let (folder, fingerprint) = two_policies();
    let entry = format!("suppressions:\n- fingerprint: '{fingerprint}'\n  rule: acme/jokes\n  reason: ok\n");
    folder.write(FILE, &entry);
    assert_eq!(check(&folder, &["policies/a.md"]).code, 0);
    // The nearest one is the one.
    folder.write(&format!("policies/{FILE}"), "suppressions:\n");
    assert_eq!(check(&folder, &["policies/a.md"]).code, 1);
    assert_eq!(check(&folder, &["--suppressions", FILE, "policies/a.md"]).code, 0);
    std::fs::remove_file(folder.path(&format!("policies/{FILE}"))).unwrap();
    std::fs::create_dir(folder.path("policies/.git")).unwrap();
    assert_eq!(check(&folder, &["policies/a.md"]).code, 1);
    let missing = check(&folder, &["--suppressions", "gone.yaml", "policies/a.md"]);
    assert_eq!((missing.code, missing.stdout.as_str()), (2, ""));
    assert!(missing.stderr.contains("can't read the suppressions in `gone.yaml`: there is no such file"));
    // `suppress` writes into the file that it is given.
    assert_eq!(
        suppress(&folder, &[&fingerprint, "--reason", "ok", "--suppressions", "new.yaml", "policies/b.md"]).code,
        0
    );
    assert!(folder.read("new.yaml").contains("    path: 'policies/b.md'\n"));
}

#[test]
fn suppress_says_what_it_needs() {
    let (folder, fingerprint) = two_policies();
    let wrong = format!("{}0", &fingerprint[..15]);
    for (args, said) in [
        (&["--reason", "x"][..], "no finding was named: expected its fingerprint"),
        (&[&fingerprint], "expected `--reason TEXT`"),
        (&[&fingerprint, "--reason", "  "], "expected `--reason TEXT`"),
        (&["0000", "--reason", "x"], "no finding has the fingerprint `0000`; `clauselint suppress --list` lists them"),
        (&[&fingerprint[..6], "--reason", "x"], "did you mean one of these?"),
        (&[if wrong == fingerprint { "0" } else { &wrong }, "--reason", "x"], &fingerprint),
        (&[&fingerprint, "--reason", "x", "--until", "2026-05-31"], "has passed already"),
        (&[&fingerprint, "--reason", "x", "--until", "tomorrow"], "expected a day of the calendar"),
        (&["--prune", "--list"], "cannot be used with"),
    ] {
        let outcome = suppress(&folder, args);
        assert!(outcome.code == 2 && outcome.stderr.contains(said), "{args:?}: {}", outcome.stderr);
        assert!(!folder.path(FILE).exists());
    }
}

#[test]
fn what_is_set_aside_is_counted_apart_and_reported_with_its_reason() {
    let (folder, fingerprint) = two_policies();
    folder.write(
        "policies/b.md",
        "<!-- clauselint-ignore-file acme/jokes: quoted -->\n# Privacy\n\nWe bake bread, just kidding.\n",
    );
    suppress(
        &folder,
        &[&fingerprint, "--reason", "a joke", "--who", "Legal", "--until", "2027-01-01", "policies/a.md"],
    );
    folder.write("policies/c.md", "# Privacy\n\nJust joking.\n");
    folder.run(["check", "--write-baseline", "policies"].iter().chain(&SETTLED));
    let report = folder.run(["check", "--baseline", "clauselint.baseline.json", "policies"].iter().chain(&SETTLED));
    assert_eq!(report.code, 0);
    let end = "no findings in 3 files\n3 findings set aside (2 suppressed, 1 in the baseline)\n";
    assert!(report.stdout.ends_with(end), "{}", report.stdout);
    let json = folder.run(
        ["check", "--format", "json", "--baseline", "clauselint.baseline.json", "policies"].iter().chain(&SETTLED),
    );
    let report: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(report["summary"]["errors"], 0);
    let said = |file: usize, key: &str| report["files"][file]["suppressed"][0][key].clone();
    assert_eq!([said(0, "by"), said(1, "by"), said(2, "by")], ["entry", "comment", "baseline"]);
    assert_eq!([said(0, "reason"), said(1, "reason")], ["a joke", "quoted"]);
    assert_eq!(
        (said(0, "who"), said(0, "until"), said(2, "reason")),
        ("Legal".into(), "2027-01-01".into(), Value::Null)
    );
    assert_eq!(
        (said(0, "rule"), said(0, "line"), said(0, "fingerprint")),
        ("acme/jokes".into(), 3.into(), fingerprint.into())
    );
    assert_eq!(report["files"][0]["findings"], serde_json::json!([]));
}

#[test]
fn every_format_tells_what_is_wrong_with_suppressions() {
    let (folder, fingerprint) = two_policies();
    suppress(&folder, &[&fingerprint, "--reason", "a joke", "policies"]);
    folder.write("policies/a.md", "# Privacy\n\nWe bake bread.\n");
    for format in ["full", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "checkstyle", "markdown"] {
        let outcome = folder.run(["check", "--format", format, "policies"].iter().chain(&SETTLED));
        for part in [FILE, "suppression/unused", "a suppression suppresses nothing"] {
            assert!(outcome.stdout.contains(part), "{format} lacks {part}: {}", outcome.stdout);
        }
    }
    let sarif = folder.run(["check", "--format", "sarif", "policies"].iter().chain(&SETTLED)).stdout;
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    let results = &sarif["runs"][0]["results"];
    assert_eq!(results[0]["suppressions"], serde_json::json!([]));
    assert_eq!(results[1]["suppressions"], serde_json::json!([{"kind": "external", "justification": "a joke"}]));
    assert_eq!((&results[1]["ruleId"], results.as_array().unwrap().len()), (&"acme/jokes".into(), 2));
}

#[test]
fn a_severity_that_is_configured_holds_for_suppressions() {
    let (folder, fingerprint) = two_policies();
    suppress(&folder, &[&fingerprint, "--reason", "a joke", "policies"]);
    folder.write("policies/a.md", "# Privacy\n\nWe bake bread.\n");
    assert_eq!(check(&folder, &["policies"]).code, 0);
    assert_eq!(check(&folder, &["--fail-on", "warning", "policies"]).code, 1);
    assert_eq!(check(&folder, &["--severity", "suppression/unused=error", "policies"]).code, 1);
    let off = check(&folder, &["--severity", "suppression/unused=off", "--fail-on", "advice", "policies"]);
    assert_eq!((off.code, off.stdout.as_str()), (0, ""));
    // An entry for a rule that this run has off is not held against it.
    assert_eq!(check(&folder, &["--ignore", "acme/jokes", "policies"]).stdout, "");
}
