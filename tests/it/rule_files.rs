//! Rule files: the built-in ones, the user's own, and what is said of mistakes in them.

use std::collections::BTreeSet;

use clauselint::rule::{Examples, Expected, Layer, Role, RuleKind, RuleSet, Status, builtin_sources, compile};

use crate::program::{Folder, Program, root, run};

fn builtin() -> RuleSet {
    let (rules, problems) = compile(builtin_sources(Examples::Read), Examples::Read);
    assert!(problems.is_empty(), "{problems:?}");
    rules
}

#[test]
fn the_built_in_examples_pass() {
    let outcome = run(&["test"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stdout);
    assert!(outcome.stdout.ends_with(" 0 failed\n"));
}

/// What is built in is not looked over when the program starts; here it is, as a user's files would be.
#[test]
fn the_built_in_files_stand_up_as_a_users() {
    let mut sources = builtin_sources(Examples::Read);
    for given in &mut sources {
        given.layer = Layer::User;
        given.compact = None;
    }
    let (_, problems) = compile(sources, Examples::Read);
    assert!(problems.is_empty(), "{problems:?}");
}

/// Numbers stand for their phrases until a vocabulary of one's own may change what these mean.
#[test]
fn what_was_compiled_before_finds_what_is_written() {
    let folder = Folder::new()
        .file("rules/vocabulary/ours.yaml", "our-word: [\"zyx\"]\n")
        .file("rules/de/vocabulary/ours.yaml", "unser-wort: [\"zyx\"]\n");
    for policy in ["complete.md", "sparse.md", "adversarial.md", "german.md"] {
        std::fs::copy(root().join("fixtures").join(policy), folder.path(policy)).unwrap();
        let check = ["check", "--no-config", "--today", "2026-11-30", "--format", "json", policy];
        let (before, written) = (folder.run(check), folder.run([&check[..], &["--rules", "rules"]].concat()));
        assert!(before.stdout.contains("\"evidence\""), "{policy}");
        assert_eq!((before.stdout, before.code), (written.stdout, written.code), "{policy}");
    }
}

#[test]
fn a_built_in_rule_is_named_after_its_file() {
    let rules = builtin();
    let files: BTreeSet<String> = builtin_sources(Examples::Read)
        .iter()
        .filter(|given| given.role == Role::Rule && given.language.is_none())
        .map(|given| given.source.name().trim_start_matches("rules/").trim_end_matches(".yaml").to_owned())
        .collect();
    let ids: BTreeSet<String> = rules.rules().iter().map(|rule| rule.id.to_string()).collect();
    assert_eq!(files, ids);
    assert!(builtin_sources(Examples::Read).iter().all(|given| given.layer == Layer::Builtin));
}

#[test]
fn every_built_in_rule_is_complete() {
    for rule in builtin().rules() {
        let id = &rule.id;
        assert!(!rule.cite.is_empty() && !rule.why.is_empty() && !rule.help.is_empty(), "{id}");
        // What looks at words needs many, for there are many ways to say a thing.
        let least = if matches!(rule.kind, RuleKind::Structure(_)) { 8 } else { 20 };
        assert!(rule.examples.len() >= least, "{id} has {} examples", rule.examples.len());
        let count = |expected: Expected| rule.examples.iter().filter(|example| example.expected == expected).count();
        if matches!(rule.kind, RuleKind::Disclosure(_)) {
            assert!(rule.draft.is_some(), "{id}");
            assert!(count(Expected::Status(Status::Disclosed)) >= 5, "{id}");
            let absent = count(Expected::Status(Status::Missing)) + count(Expected::Status(Status::NotApplicable));
            assert!(absent >= 5, "{id} has {absent} false friends");
        }
        let mut texts: Vec<&str> = rule.examples.iter().map(|example| example.text.trim()).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), rule.examples.len(), "{id} has an example twice");
    }
}

#[test]
fn a_language_is_added_without_any_rust() {
    let dutch = |program: Program| {
        program
            .file(
                "ours/nl/gdpr/dpo-contact.yaml",
                "\
id: gdpr/dpo-contact
evidence: ['<dpo> ... <email>']
vague: ['<dpo>']
examples:
  disclosed: ['Schrijf aan onze functionaris voor gegevensbescherming: dpo@example.com.']
  vague: ['Wij hebben een FG.']
  missing: ['Wij bakken brood.']
",
            )
            .file("ours/nl/vocabulary/dpo.yaml", "dpo: [functionaris voor gegevensbescherming, fg]\n")
    };
    let tested = dutch(Program::new()).args(["test", "ours", "--only", "dpo-contact"]).run();
    assert_eq!(tested.code, 0, "{}{}", tested.stdout, tested.stderr);

    let text = "# Persoonsgegevens\n\nWij verwerken uw persoonsgegevens alleen voor zover dat nodig is om onze diensten te leveren. U hebt het recht om uw \
                gegevens in te zien en te laten wissen. Een klacht kunt u indienen bij de Autoriteit Persoonsgegevens. Schrijf \
                aan onze functionaris voor gegevensbescherming: dpo@example.com.\n";
    let program = dutch(Program::new()).file("a.md", text);
    let outcome = program.args(["check", "--format", "json", "--rules", "ours", "a.md"]).run();
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!((report["files"][0]["language"].as_str(), outcome.stderr.as_str()), (Some("nl"), ""));
    let disclosures = report["files"][0]["disclosures"].as_array().unwrap();
    let status = |id: &str| &disclosures.iter().find(|disclosure| disclosure["id"] == id).unwrap()["status"];
    assert_eq!(status("gdpr/dpo-contact"), "disclosed");
    // A rule that is not translated can't say that anything is missing.
    assert_eq!(status("gdpr/purposes"), "not-applicable");

    let mistaken = dutch(Program::new())
        .file("ours/nl/gdpr/purpose.yaml", "id: gdpr/purpose\nevidence: ['<doeleinde>']\ntitle: x\nexamples: {}\n")
        .args(["test", "ours"])
        .run();
    assert_eq!(mistaken.code, 2);
    for told in
        ["`title` is no key of a translation", "no rule `gdpr/purpose` to translate", "did you mean `gdpr/purposes`?"]
    {
        assert!(mistaken.stderr.contains(told), "{told}\n{}", mistaken.stderr);
    }
}

#[test]
fn a_policy_in_two_languages_is_read_in_both() {
    let dutch = "Wij verwerken uw persoonsgegevens alleen voor zover dat nodig is om onze diensten te leveren. U hebt het recht om uw \
                gegevens in te zien en te laten wissen. Een klacht kunt u indienen bij de Autoriteit Persoonsgegevens. Schrijf \
                aan onze functionaris voor gegevensbescherming: dpo@example.com.";
    let english = "We bake bread, and we sell it in our shop. When you order bread on this site, we use your name and your \
                   address to bring it to you, and we delete both when the bread has been eaten. You can ask us for a copy \
                   of your data, and we will send it to you. We never give your data to anybody else.";
    let program = Program::new()
        .file(
            "ours/nl/gdpr/dpo-contact.yaml",
            "id: gdpr/dpo-contact\nevidence: ['functionaris ... <email>']\nexamples: {}\n",
        )
        .file("a.md", format!("# Persoonsgegevens\n\n{dutch}\n\n# Privacy\n\n{english}\n"));
    let outcome = program.args(["check", "--format", "json", "--rules", "ours", "a.md"]).run();
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let disclosures = report["files"][0]["disclosures"].as_array().unwrap();
    let status = |id: &str| &disclosures.iter().find(|disclosure| disclosure["id"] == id).unwrap()["status"];
    assert_eq!(status("gdpr/dpo-contact"), "disclosed");
    assert_eq!(status("gdpr/right-access"), "disclosed");
}

#[test]
fn a_users_rule_replaces_the_built_in_one() {
    let program = Program::new().file(
        "ours/dpo.yaml",
        "\
id: gdpr/dpo-contact
title: Our own officer
kind: disclosure
severity: warning
cite: [Our handbook]
why: Because.
evidence: ['<our-officer>']
message: {missing: no word of our officer}
help: Name our officer.
examples: {disclosed: ['Ask our privacy wizard.'], missing: ['Ask somebody.']}
",
    );
    let program = program.file("ours/vocabulary/words.yaml", "our-officer: ['privacy wizard']\n");
    let outcome = program.args(["test", "ours", "--only", "dpo-contact"]).run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "2 examples passed, 0 failed\n"), "{}", outcome.stderr);
}

#[test]
fn an_example_that_fails_is_shown_with_what_came_of_it() {
    let program = Program::new().file(
        "ours/a.yaml",
        "\
id: acme/cats
title: Cats
kind: disclosure
cite: [Our handbook]
why: Because.
evidence: ['cat*']
message: {missing: no word of cats}
help: Name the cats.
examples:
  disclosed: ['We have dogs.']
  missing: ['We have two cats.']
",
    );
    let outcome = program.args(["test", "ours", "--only", "acme"]).run();
    assert_eq!(outcome.code, 1);
    insta::assert_snapshot!(outcome.stdout, @r#"
    acme/cats: expected disclosed, got missing
      We have dogs.
    acme/cats: expected missing, got disclosed by "We have two cats."
      We have two cats.
    0 examples passed, 2 failed
    "#);
}

#[test]
fn all_mistakes_of_all_files_are_drawn_in_one_run() {
    let program = Program::new()
        .file(
            "ours/a.yaml",
            "\
id: Acme/Cats
title: Cats
kind: disclosure
colour: red
cite: [Our handbook]
why: Because.
evidence:
  - 'cat* and <dgo>'
  - 'one (two|three'
  - {phrase: 'x', nearby: 3}
severity: terrible
message: {missing: no word of cats}
help: Name the cats.
examples: {disclosed: ['We have cats.']}
",
        )
        .file(
            "ours/b.yaml",
            "\
id: acme/dogs
title: Dogs
kind: disclosure
cite: [Our handbook]
why: Because.
evidence:
  - 'dog* ... <dpoo>'
  - 'a, b'
  - {regex: '(unclosed'}
when: {disclosure: gdpr/dpo-contcat, is: [missing]}
message: {missing: no word of dogs}
help: Name the dogs.
examples: {disclosed: ['We have dogs.']}
",
        )
        .file("ours/c.yaml", "id: [acme\ntitle: Broken\n")
        .file("ours/vocabulary/d.yaml", "one: ['<two> x']\ntwo: ['<one> y']\nnumber: ['z']\nwide: ['a ... b']\n");
    let outcome = program.file("policy.md", "We keep data.").args(["check", "--rules", "ours", "policy.md"]).run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    insta::assert_snapshot!(outcome.stderr);
}

#[test]
fn alias_bombs_and_absurd_patterns_are_refused() {
    let bomb = (1..30).fold("cite:\n  - &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, level| {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        format!("{text}  - &a{level} [{aliases}]\n")
    });
    let deep = format!("id: acme/deep\nevidence: ['{}a{}']\n", "(".repeat(30), ")".repeat(30));
    let nested = "(a|b ...40 (c|d ...40 (e|f ...40 (g|h ...40 i))))";
    let wide = format!(
        "id: acme/wide\ntitle: W\nkind: forbidden\ncite: [x]\nwhy: x\nhelp: x\nforbidden: ['{}']\nmessage: {{found: x}}\nexamples: {{found: []}}\n",
        [nested; 30].join(" ")
    );
    let regex = "id: acme/regex\ntitle: W\nkind: forbidden\ncite: [x]\nwhy: x\nhelp: x\nforbidden: [{regex: '\\w{1000}{100}'}]\nmessage: {found: x}\nexamples: {found: []}\n";
    let program = Program::new()
        .file("ours/bomb.yaml", bomb)
        .file("ours/deep.yaml", deep)
        .file("ours/huge.yaml", format!("id: acme/huge\nwhy: {}\n", "x".repeat(1 << 20)))
        .file("ours/regex.yaml", regex)
        .file("ours/wide.yaml", wide);
    let outcome = program.file("policy.md", "We keep data.").args(["check", "--rules", "ours", "policy.md"]).run();
    assert_eq!(outcome.code, 2);
    for expected in ["repetition limit", "parentheses go at most 8 deep", "it may have at most", "too large"] {
        assert!(outcome.stderr.contains(expected), "{expected}: {}", outcome.stderr);
    }
    assert!(outcome.stderr.ends_with("mistakes in the rules; no policy was checked\n"));
}

/// Looking for an entry first looks for those that it names: with thousands of them in a row, that overflowed the stack.
#[test]
fn vocabulary_entries_name_others_to_a_certain_depth() {
    let rule = |pattern: &str| {
        format!(
            "id: acme/x\ntitle: X\nkind: forbidden\ncite: [x]\nwhy: x\nhelp: x\nforbidden: ['{pattern}']\nmessage: {{found: x}}\nexamples: {{found: []}}\n"
        )
    };
    let chain = |length: usize, first: &str| {
        let rest = (1..length).map(|at| format!("link-{at:04}: ['<link-{:04}>']\n", at - 1));
        std::iter::once(format!("link-0000: [{first}]\n")).chain(rest).collect::<String>()
    };
    let check = |vocabulary: String, pattern: &str| {
        Program::new()
            .file("ours/acme/x.yaml", rule(pattern))
            .file("ours/vocabulary/chain.yaml", vocabulary)
            .file("p.md", "Our data is kept.")
            .args(["check", "--no-config", "--rules", "ours", "--select", "acme", "--format", "concise", "p.md"])
            .run()
    };
    let found = check(chain(51, "our data"), "<link-0050> is");
    assert!(found.stdout.contains("p.md:1:1: error[acme/x]"), "{found:?}");
    // What matches a word at a time is looked for like a word, however many names it goes by.
    let words = check(chain(4000, "data"), "<link-3999> is");
    assert!(words.stdout.contains("p.md:1:5: error[acme/x]"), "{words:?}");
    let deep = check(chain(4000, "our data"), "<link-3999> is");
    assert_eq!(deep.code, 2);
    assert!(deep.stderr.contains("the entry names entries that name others, more than 50 deep"), "{}", deep.stderr);
    let long = check("wide: ['a ...40 b ...40 c ...40 d ...40 e']\n".to_owned(), "<wide> is");
    assert!(long.stderr.contains("a match of the entry may have more than 127 words"), "{}", long.stderr);
}

#[test]
fn a_rule_folder_without_rules_is_a_mistake() {
    let outcome =
        Program::new().file("ours/a.txt", "x").file("p.md", "x").args(["check", "--rules", "ours", "p.md"]).run();
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (2, "error: `ours` holds no rules: expected files ending in .yaml\n")
    );
    let outcome = Program::new().file("p.md", "x").args(["check", "--rules", "gone", "p.md"]).run();
    assert_eq!(outcome.code, 2);
    assert_eq!(outcome.stderr, "error: can't read the rules in `gone`: there is no such file\n");
}

/// A rule of our own about two claims, with `more` among the keys of its first claim.
fn conflict(more: &str) -> String {
    format!(
        "\
id: acme/dogs
title: Dogs
kind: conflict
severity: warning
cite: [Our handbook]
why: Because.
claims:
  - says: we have none
    phrases: ['we have no dog*']
{more}  - says: we have some
    phrases: ['dogs bark']
message: {{found: there are dogs or there are none}}
help: Count them.
examples: {{found: [], clean: []}}
"
    )
}

fn check_dogs(more: &str, policy: &str) -> String {
    let program = Program::new().file("ours/dogs.yaml", conflict(more)).file("policy.md", policy);
    let outcome = program.args(["check", "--rules", "ours", "--format", "concise", "policy.md"]).run();
    outcome.stdout.lines().filter(|line| line.contains("acme/dogs")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_conflict_shows_both_clauses() {
    let policy = "# Privacy\n\nWe have no dogs.\n\nWe keep data. At night our dogs bark. By day the dogs bark, too.\n";
    let program = Program::new().file("ours/dogs.yaml", conflict("")).file("policy.md", policy);
    let outcome = program.args(["check", "--rules", "ours", "--format", "json", "policy.md"]).run();
    let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let findings = json["files"][0]["findings"].as_array().unwrap();
    let found: Vec<_> = findings.iter().filter(|finding| finding["rule"] == "acme/dogs").collect();
    assert_eq!(found.len(), 1);
    let words = |place: &serde_json::Value| {
        let at = |key: &str| usize::try_from(place[key].as_u64().unwrap()).unwrap();
        policy[at("start")..at("end")].to_owned()
    };
    assert_eq!((found[0]["severity"].as_str(), words(found[0])), (Some("warning"), "We have no dogs.".to_owned()));
    let related: Vec<_> = found[0]["related"].as_array().unwrap().iter().map(words).collect();
    assert_eq!(related, ["At night our dogs bark.", "By day the dogs bark, too."]);
    assert_eq!(found[0]["related"][0]["message"], "we have some");
}

#[test]
fn a_claim_is_narrowed_by_its_clause_the_next_one_and_its_headings() {
    let policy = "# Kennel\n\nWe have no dogs, except Rex. That said, dogs bark.\n\n# Barking\n\nThe dogs bark.\n";
    assert!(!check_dogs("", policy).is_empty());
    for (key, pattern) in [("not", "except"), ("not-next", "that said"), ("not-under", "kennel"), ("unless", "dogs")] {
        assert_eq!(check_dogs(&format!("    {key}: ['{pattern}']\n"), policy), "", "{key}");
        assert!(!check_dogs(&format!("    {key}: ['barking']\n"), policy).is_empty(), "{key}");
    }
}

#[test]
fn one_statement_does_not_contradict_itself() {
    let clean = [
        "We have no dogs, but dogs bark.",
        "We have no dogs:\n\n- of our own: dogs bark elsewhere\n",
        "We have no dogs.",
    ];
    for policy in clean {
        assert_eq!(check_dogs("", policy), "", "{policy}");
    }
}

/// A rule of our own about a claim that must say the same wherever it is made, with `more` among its keys.
fn meals(more: &str) -> String {
    format!(
        "\
id: acme/meals
title: Meals
kind: conflict
severity: warning
cite: [Our handbook]
why: Because.
claims:
  - says: how long they wait
    phrases: ['wait* ...9 <duration>']
    value: ['<duration>']
{more}message: {{found: they wait for one time or for another}}
help: Feed them.
examples: {{found: [], clean: []}}
"
    )
}

/// How many of the places of each finding are shown; nothing where there is none.
fn check_meals(more: &str, policy: &str) -> Vec<usize> {
    let program = Program::new().file("ours/meals.yaml", meals(more)).file("policy.md", policy);
    let outcome = program.args(["check", "--rules", "ours", "--format", "json", "policy.md"]).run();
    let json: serde_json::Value =
        serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{}", outcome.stderr));
    let findings = json["files"][0]["findings"].as_array().unwrap();
    let found = findings.iter().filter(|finding| finding["rule"] == "acme/meals");
    found.map(|finding| 1 + finding["related"].as_array().unwrap().len()).collect()
}

#[test]
fn a_claim_with_a_value_must_give_the_same_one_everywhere() {
    let cases: [(&str, &[usize]); 8] = [
        ("Dogs wait for 30 days. Dogs wait for 90 days.", &[2]),
        ("Dogs wait for 30 days. Dogs wait for 90 days. Dogs wait for 7 days. Dogs wait for 30 days.", &[3]),
        ("Dogs wait for one year. Dogs wait for 12 months.", &[]),
        ("Dogs wait for a month. Dogs wait for 30 days.", &[]),
        ("Dogs wait for several years. Dogs wait for 30 days.", &[]),
        ("Dogs wait for 30 days. Dogs wait for 90 days or for 30 days.", &[]),
        ("Dogs wait for 30 days. Dogs wait for 90 days. Dogs wait for 30 days, or for 90 days.", &[]),
        ("Dogs wait for 30 days.", &[]),
    ];
    for (policy, expected) in cases {
        assert_eq!(check_meals("", policy), expected, "{policy}");
    }
}

#[test]
fn a_limit_contradicts_what_lies_beyond_it() {
    let limits = "    at-most: ['(up to|at most)']\n    at-least: ['at least']\n";
    let contradict = [
        ("up to 30 days", "90 days"),
        ("up to 30 days", "up to 90 days"),
        ("up to 30 days", "at least 90 days"),
        ("at least 90 days", "30 days"),
        ("at least 90 days", "at least 30 days"),
    ];
    let agree = [
        ("up to 90 days", "30 days"),
        ("up to 90 days", "at least 30 days"),
        ("at least 30 days", "90 days"),
        ("at least 30 days but at most 40 days", "90 days"),
    ];
    for (pairs, count) in [(&contradict[..], 1), (&agree[..], 0)] {
        for (one, other) in pairs {
            for (first, second) in [(one, other), (other, one)] {
                let policy = format!("Dogs wait for {first}. Dogs wait for {second}.");
                assert_eq!(check_meals(limits, &policy).len(), count, "{policy}");
            }
        }
    }
}

#[test]
fn claims_about_different_things_do_not_conflict() {
    let ignore = "    ignore: ['(the|a|for|wait|waits)', 'of our house']\n    ignore-under: ['(waiting|time*)']\n\
                  \x20   subject: [{phrase: 'dog*', as: dogs}, {phrase: '(hound|hounds)', as: dogs}]\n";
    let conflict = [
        "The dog waits for 30 days. Dogs wait for 90 days.",
        "Hounds of our house wait for 30 days. A dog waits for 90 days.",
        "Old dogs wait for 30 days. The old hounds wait for 90 days.",
        "# Waiting times\n\nDogs wait for 30 days.\n\n# Dogs\n\nDogs wait for 90 days.\n",
        "# Kennel\n\n## Waiting\n\nDogs wait for 30 days.\n\n## Times\n\nDogs wait for 90 days.\n",
        "# Malta\n\nDogs wait for 30 days.\n\nDogs wait for 90 days.\n",
        "For dogs:\n\n- wait for 30 days\n\nDogs wait for 90 days.\n",
    ];
    for policy in conflict {
        assert_eq!(check_meals(ignore, policy).len(), 1, "{policy}");
    }
    let clean = [
        "Dogs wait for 30 days. Cats wait for 90 days.",
        "Dogs wait for 30 days. Old dogs wait for 90 days.",
        "Dogs wait for 30 days. Dogs wait for 90 days in winter.",
        "Wait for 30 days. Wait for 90 days.",
        "# Malta\n\nDogs wait for 30 days.\n\n# Gozo\n\nDogs wait for 90 days.\n",
        "In winter:\n\n- dogs wait for 30 days\n\nDogs wait for 90 days.\n",
        "| Dogs | in winter | wait for 30 days |\n|---|---|---|\n| Dogs | in summer | wait for 90 days |\n",
    ];
    for policy in clean {
        assert_eq!(check_meals(ignore, policy), [0; 0], "{policy}");
    }
    let dogs = |policy| check_dogs("    ignore: ['(we|have|no|in|at)']\n", policy);
    assert!(!dogs("We have no dogs. Dogs bark.").is_empty(), "only one of the claims asks");
}

#[test]
fn mistakes_in_claims_are_shown_with_what_was_expected() {
    let third = "  - says: we had some\n    phrases: ['dogs barked']\n";
    let foreign = "id: acme/cats\nkind: forbidden\nclaims: [{says: x, phrases: ['cat*']}]\n";
    let cases = [
        (
            conflict(third),
            "a conflict is between two claims, the absolute one first, or of one that has a `value:`; here are 3",
        ),
        (conflict("    value: ['<number> dogs']\n"), "`value:` goes with one claim"),
        (conflict("    at-most: ['up to']\n"), "`value:` goes with one claim"),
        (conflict("    subject: [{phrase: 'hound*', as: dogs}]\n"), "`subject:` goes with `ignore:`"),
        (conflict("    ignore-under: ['kennel']\n"), "`ignore-under:` goes with `ignore:`"),
        (conflict("    subject: [{phrase: 'hound*'}]\n    ignore: ['the']\n"), "missing field `as`"),
        (meals("").replace("    value: ['<duration>']\n", ""), "or of one that has a `value:`; here are 1"),
        (conflict("    unles: ['x']\n"), "unknown field `unles`"),
        (conflict("    not: ['<dgo>']\n"), "the vocabulary has no entry `dgo`"),
        (foreign.to_owned(), "`claims:` goes with `kind: conflict`"),
        ("id: acme/cats\nkind: conflict\n".to_owned(), "`claims:`"),
    ];
    for (rule, expected) in cases {
        let program =
            Program::new().file("ours/a.yaml", rule).file("p.md", "x").args(["check", "--rules", "ours", "p.md"]);
        let outcome = program.run();
        assert_eq!(outcome.code, 2);
        let said = outcome.stderr.replace("\n  │ ", " ");
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[test]
fn claims_are_translated() {
    let german = "\
id: acme/dogs
claims:
  - says: we have none
    phrases: ['wir haben keine hunde']
  - says: we have some
    phrases: ['unsere hunde bellen']
examples: {found: [], clean: []}
";
    let policy = "# Datenschutz\n\nWir haben keine Hunde, und wir speichern die Daten der Besucher nicht.\n\n\
                  Nachts bewachen wir das Haus. Unsere Hunde bellen, wenn jemand an der Tür ist.\n";
    let program = || Program::new().file("ours/dogs.yaml", conflict("")).file("policy.md", policy);
    let args = ["check", "--rules", "ours", "--language", "de", "--format", "concise", "policy.md"];
    let translated = program().file("ours/de/acme/dogs.yaml", german).args(args).run();
    assert_eq!(translated.stdout.matches("acme/dogs").count(), 1, "{}{}", translated.stdout, translated.stderr);
    let without = german.replace("keine hunde", "keine katzen");
    let clean = program().file("ours/de/acme/dogs.yaml", without).args(args).run();
    assert!(!clean.stdout.contains("acme/dogs"), "{}", clean.stdout);
}

/// What may be absent can leave a gap at the end of an entry. It led out of the last clause, and the program ended there.
#[test]
fn an_entry_may_end_in_a_gap() {
    let outcome = Program::new()
        .file(
            "ours/acme/x.yaml",
            "id: acme/x\ntitle: X\nkind: forbidden\ncite: [x]\nwhy: x\nhelp: x\nforbidden: ['(we)? (<keeping>)']\nmessage: {found: x}\nexamples: {found: []}\n",
        )
        .file("ours/vocabulary/x.yaml", "keeping: ['stored', 'keep ((data)? ...2 (data)?)']\n")
        .file("p.md", "Stored.\n\nStored.\n\nStored.\n\nStored.\n\nStored.\n\nWe keep it.\n\nWe keep.\n")
        .args(["check", "--no-config", "--rules", "ours", "--select", "acme", "--format", "concise", "p.md"])
        .run();
    assert_eq!((outcome.code, outcome.stdout.lines().count()), (1, 7), "{}{}", outcome.stdout, outcome.stderr);
}

/// The status of the one disclosure that the rules in `rules/` ask of a policy, and the words that show it.
fn disclosed(folder: &Folder, policy: &str) -> (String, Vec<String>) {
    folder.write("policy.md", policy);
    let outcome = folder.run(["check", "--rules", "rules", "--select", "acme", "--format", "json", "policy.md"]);
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let disclosure = &report["files"][0]["disclosures"][0];
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let evidence = disclosure["evidence"].as_array().unwrap();
    (text(&disclosure["status"]), evidence.iter().map(|evidence| text(&evidence["text"])).collect())
}

/// A question speaks of the matter; where something answers it, that is shown.
#[test]
fn a_question_is_evidence_only_where_there_is_nothing_else() {
    const RULE: &str = "\
id: acme/erasure
title: erasure
kind: disclosure
cite: [Our handbook]
why: Because.
evidence: ['(have|get) ... data erased']
message: {missing: no word of erasure}
help: Tell it.
examples: {disclosed: ['Have your data erased.']}
";
    let folder = Folder::new().file("rules/erasure.yaml", RULE);
    for (policy, shown) in [
        ("Can I have my data erased? Yes, you get all data erased.", vec!["Yes, you get all data erased."]),
        ("(Can I have my data erased?) Write to us.", vec!["(Can I have my data erased?)"]),
        ("\"Can I have it?\" We have all data erased.", vec!["We have all data erased."]),
    ] {
        assert_eq!(disclosed(&folder, policy).1, shown, "{policy}");
    }
}

/// Phrases of `further:` are found where those of `evidence:` are not, or in questions alone; the status is the same
/// wherever they stand. In documents so long that they are read another way, too.
#[test]
fn further_phrases_are_looked_for_where_there_is_no_evidence() {
    const RULE: &str = "\
id: acme/erasure
title: erasure
kind: disclosure
cite: [Our handbook]
why: Because.
evidence: ['(have|get) ... data erased']
further: ['shredder', {regex: '[Bb]onfire'}]
vague: ['your data']
unless: ['never ...5 data erased', 'no shredder']
message: {missing: no word of erasure, vague: hardly a word}
help: Tell it.
examples: {disclosed: ['Ask for the shredder.', 'A bonfire.'], vague: ['We love your data.', 'No shredder for your data.']}
";
    let folder = Folder::new().file("rules/erasure.yaml", RULE);
    assert_eq!(folder.run(["test", "rules"]).code, 0);
    let long = "We grow beans in rows.\n\n".repeat(20_000);
    for (policy, status, shown) in [
        ("You get your data erased. Ask for the shredder.", "disclosed", vec!["You get your data erased."]),
        ("Mind your data. Ask for the shredder.", "disclosed", vec!["Ask for the shredder."]),
        ("Can I get my data erased? Ask for the shredder.", "disclosed", vec!["Ask for the shredder."]),
        ("Can I get my data erased? Ask.", "disclosed", vec!["Can I get my data erased?"]),
        ("You never get data erased. Ask for the shredder.", "disclosed", vec!["Ask for the shredder."]),
        ("You never get data erased. It is a bonfire.", "disclosed", vec!["It is a bonfire."]),
        ("Mind your data: no shredder.", "vague", vec!["Mind your data: no shredder."]),
    ] {
        for policy in [policy.to_owned(), format!("{policy}\n\n{long}")] {
            let (is, texts) = disclosed(&folder, &policy);
            assert!(is == status && texts == shown, "{policy:.60}: {is}, {texts:?}");
        }
    }
}

/// Of what `unless:` matches up to a word, all counts: a short pattern that ends there hides no longer one.
#[test]
fn a_short_veto_hides_no_longer_one() {
    let check = |unless: &str, policy: &str| {
        let rule = format!(
            "id: acme/x\ntitle: X\nkind: forbidden\ncite: [x]\nwhy: x\nhelp: x\nforbidden: ['your address']\nunless: [{unless}]\nmessage: {{found: x}}\nexamples: {{found: []}}\n"
        );
        let args = ["check", "--no-config", "--rules", "ours", "--select", "acme", "--format", "concise", "p.md"];
        Program::new().file("ours/acme/x.yaml", rule).file("p.md", policy).args(args).run().code
    };
    let (long, both) = ("'never ...8 list'", "'never ...8 list', 'the list'");
    for unless in [long, both] {
        assert_eq!(check(unless, "We never put your address on the list."), 0, "{unless}");
        assert_eq!(check(unless, "We put your address on the list."), 1, "{unless}");
    }
    // The same where a document is so long that it is read another way.
    let pages = "We never put your address on the list.\n\n".repeat(12_000);
    assert_eq!(check(both, &pages), 0);
}

/// What stands under a heading that fits counts, however deep below it, and nothing else does; in documents so long that
/// they are read another way, too.
#[test]
fn a_phrase_is_found_under_fitting_headings_alone() {
    const RULE: &str = "\
id: acme/fee
title: fee
kind: disclosure
cite: [Our handbook]
why: Because.
evidence:
  - {phrase: '(ten|five) euros', heading: 'fees'}
  - {regex: '[0-9]+ euros', heading: 'fees'}
  - {phrase: '(one|nine|ten) (pound|pounds)', not-under: ['prizes', 'wages']}
message: {missing: no word of fees}
help: Tell it.
examples: {disclosed: []}
";
    let folder = Folder::new().file("rules/fee.yaml", RULE);
    let long = "We grow beans in rows.\n\n".repeat(20_000);
    for (policy, shown) in [
        ("# Fees\n\nTen euros.\n\n# Prizes\n\nFive euros.\n", vec!["Ten euros."]),
        ("# Fees\n\nBeans.\n\n## Adults\n\nTen euros.\n\n# Prizes\n\nFive euros.\n", vec!["Ten euros."]),
        ("# Fees\n\nIt is 7 euros.\n\n# Prizes\n\nIt is 5 euros.\n", vec!["It is 7 euros."]),
        ("# Prizes\n\nFive euros, or 5 euros.\n\n# Beans\n\nTen euros.\n", vec![]),
        ("# Prizes\n\nFive euros.\n\n# Fees\n\nBeans.\n", vec![]),
        ("# Sums\n\nNine pounds.\n", vec!["Nine pounds."]),
        ("# Prizes\n\nTen pounds.\n\n## For children\n\nNine pounds.\n\n# Sums\n\nOne pound.\n", vec!["One pound."]),
    ] {
        for policy in [policy.to_owned(), format!("{policy}\n# Rows\n\n{long}")] {
            assert_eq!(disclosed(&folder, &policy).1, shown, "{policy:.60}");
        }
    }
}
