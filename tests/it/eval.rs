//! `clauselint eval`: figures over a small corpus, which can be worked out by hand.

use serde_json::Value;

use crate::program::Program;

/// Four policies; two of them are one group and weigh half each.
fn corpus() -> Program {
    Program::new()
        .file("corpus/right.md", "You can reach our data protection officer at dpo@example.com.")
        .file("corpus/absent.md", "We keep data.")
        .file("corpus/twin.md", "We keep data, too.")
        .file("corpus/overlooked.md", "The person who watches over data is at officer@example.com.")
        .file(
            "corpus/labels.jsonl",
            r#"{"file": "right.md", "labels": {"dpo-contact": {"present": true, "grade": "disclosed", "spans": [[18, 41]]}, "unheard-of": {"present": true}}}
{"file": "absent.md", "group": "g", "labels": {"dpo-contact": {"present": false}}}
{"file": "twin.md", "group": "g", "labels": {"dpo-contact": {"present": null}}}

{"file": "overlooked.md", "labels": {"dpo-contact": {"present": true, "spans": [[4, 38]]}}}
"#,
        )
}

#[test]
fn figures_and_misses() {
    let outcome = corpus().args(["eval", "corpus", "--misses"]).run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(outcome.stdout, @"
    item                            n    pos     P     R    F1    mP    mR  span
    dpo-contact                   2.5    2.0  1.00  0.50  0.67  0.33  1.00  1.00
    fn dpo-contact overlooked.md: person who watches over data is at
    policies: 4, groups: 3
    macro F1: 0.667
    micro P: 1.000
    micro R: 0.500
    missing P: 0.333
    missing R: 1.000
    evidence touches: 1.000
    grades right: 1.000
    values right: -
    grade disclosed -> disclosed: 1
    not reported: unheard-of: 1
    ");
}

#[test]
fn json_has_the_same_figures() {
    let outcome = corpus().args(["eval", "corpus", "--format", "json"]).run();
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(report["items"]["dpo-contact"]["R"], 0.5);
    assert_eq!(report["items"]["dpo-contact"]["mR"], 1.0);
    assert_eq!(report["summary"]["not_reported"]["unheard-of"], 1);
    assert_eq!(report["summary"]["misses"][0]["file"], "overlooked.md");
}

#[test]
fn a_threshold_that_is_not_met_exits_with_1() {
    let check = |min: &str| corpus().args(["eval", "corpus", "--min", min]).run();
    assert_eq!(check("missing-recall=1").code, 0);
    let outcome = check("missing-precision=0.9");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, "error: missing-precision is 0.33, less than 0.9\n"));
    let outcome = check("beauty=1");
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("the figures are missing-precision"), "{}", outcome.stderr);
}

/// A gate that nothing goes through is shut.
#[test]
fn a_threshold_that_nothing_was_measured_for_is_not_met() {
    let check = |args: &[&str]| corpus().args(["eval", "corpus", "--min"].iter().chain(args)).run();
    let purposes = ["--item", "purposes"];
    for args in [
        &["missing-precision=0.95", purposes[0], purposes[1]][..],
        &["values=0"],
        &["macro-f1=0", purposes[0], purposes[1]],
    ] {
        let outcome = check(args);
        assert_eq!(outcome.code, 1, "{args:?}");
        assert!(outcome.stderr.contains("nothing was measured"), "{args:?}: {}", outcome.stderr);
    }
    let empty = Program::new().file("c/labels.jsonl", "").args(["eval", "c", "--min", "missing-recall=0.5"]).run();
    assert_eq!(
        (empty.code, empty.stderr.as_str()),
        (1, "error: missing-recall is to be at least 0.5, but nothing was measured that it could be told from\n")
    );
}

#[test]
fn an_item_that_no_rule_is_about_is_told() {
    let outcome = corpus().args(["eval", "corpus", "--item", "dpo-contct", "--item", "zebra"]).run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    let id = "an item is a disclosure's id without its pack, as `dpo-contact` is";
    let told = format!(
        "error: there is no item `dpo-contct`; did you mean `dpo-contact`?\nerror: there is no item `zebra`; {id}\n"
    );
    assert_eq!(outcome.stderr, told);
}

#[test]
fn a_correction_puts_a_label_right() {
    let correction =
        r#"{"corpus": "corpus", "file": "overlooked.md", "item": "dpo-contact", "present": false, "why": "x"}"#;
    let outcome = corpus()
        .file("fixes.jsonl", correction)
        .args(["eval", "corpus", "--corrections", "fixes.jsonl", "--min", "missing-precision=1"])
        .run();
    assert_eq!(outcome.code, 0, "{}", outcome.stdout);
}

#[test]
fn a_mistake_in_the_labels_is_located() {
    let outcome =
        Program::new().file("c/labels.jsonl", "{\"file\": \"a.md\", \"labels\": 3}\n").args(["eval", "c"]).run();
    let told = "error: c/labels.jsonl:1:28: invalid type: integer `3`, expected a map\n";
    assert_eq!((outcome.code, outcome.stderr.as_str()), (2, told));
    let outcome = Program::new()
        .file("c/a.md", "x")
        .file("c/labels.jsonl", "{\"file\": \"a.md\", \"labels\": {\"x\": {\"present\": true, \"spans\": [[0, 9]]}}}\n")
        .args(["eval", "c"])
        .run();
    assert_eq!(outcome.stderr, "error: labels.jsonl:1: `x` has a span outside of the policy\n");
}

/// What is there and wasn't to be, evidence that lies elsewhere, values, what only resembles, what is not asked for.
#[test]
fn every_kind_of_outcome_is_counted() {
    let outcome = Program::new()
        .file("corpus/reported.md", "You can reach our data protection officer at dpo@example.com.")
        .file("corpus/apart.md", "We bake bread. You can reach our data protection officer at dpo@example.com.")
        .file("corpus/tracks.md", "We do not respond to Do Not Track signals.")
        .file("corpus/resembles.md", "We keep data.")
        .file("corpus/not-asked.md", "We keep data.")
        .file(
            "corpus/labels.jsonl",
            r#"{"file": "reported.md", "labels": {"dpo-contact": {"present": false}}}
{"file": "apart.md", "labels": {"dpo-contact": {"present": true, "grade": "vague", "spans": [[0, 14]]}}}
{"file": "tracks.md", "labels": {"dnt-stance": {"present": true, "value": "not-honored"}}}
{"file": "resembles.md", "labels": {"dpo-contact": {"present": true, "soft": true}}}
{"file": "not-asked.md", "labels": {"transfer-safeguards": {"present": false}}}
"#,
        )
        .args(["eval", "corpus", "--misses"])
        .run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(outcome.stdout, @"
    item                            n    pos     P     R    F1    mP    mR  span
    dnt-stance                    1.0    1.0  1.00  1.00  1.00    -     -     - 
    dpo-contact                   2.0    1.0  0.50  1.00  0.67    -   0.00  0.00
    fp dpo-contact reported.md: You can reach our data protection officer at dpo@example.com.
    policies: 5, groups: 5
    macro F1: 0.833
    micro P: 0.667
    micro R: 1.000
    missing P: -
    missing R: 0.000
    evidence touches: 0.000
    grades right: 0.000
    values right: 1.000
    grade vague -> disclosed: 1
    value of dnt-stance not-honored -> not-honored: 1
    not applicable: transfer-safeguards: 1
    ");
}
