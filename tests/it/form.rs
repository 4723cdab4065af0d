//! Checks of form: what the examples in the rule files can't show, because it concerns other formats, the day of the run,
//! how many findings a problem makes, and mistakes in the parameters.

use crate::program::Program;

/// The findings of the packs about form, a line each, without the path.
fn findings(name: &str, text: &str, today: &str) -> String {
    let program = Program::new().file(name, text);
    let outcome = program.args(["check", "--format", "concise", "--today", today, name]).run();
    let lines = outcome.stdout.lines().filter(|line| line.contains("[text/") || line.contains("[wording/"));
    lines.map(|line| line.trim_start_matches(name).trim_start_matches(':')).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_date_grows_old_with_the_day_of_the_run() {
    let text = "# Privacy\n\nLast updated: 3 May 2021\n\nWe keep your data for a year.\n";
    assert_eq!(findings("p.md", text, "2021-06-01"), "");
    insta::assert_snapshot!(findings("p.md", text, "2021-05-01"), @"3:15: warning[text/future-date] this day is still to come");
    insta::assert_snapshot!(
        findings("p.md", text, "2026-06-01"),
        @"3:15: advice[text/stale-date] the newest date of this notice is more than four years old"
    );
    // A writer east of the day's line is a day ahead.
    assert_eq!(findings("p.md", text, "2021-05-02"), "");
}

#[test]
fn what_has_one_cause_is_one_finding() {
    let text = format!("# Privacy\n\nLast updated: 3 May 2021\n\n{}", "We donâ€™t sell data. ".repeat(50));
    insta::assert_snapshot!(
        findings("p.md", &text, "2021-06-01"),
        @"5:7: warning[text/misdecoded-text] this text was read in the wrong encoding"
    );
    let outcome = Program::new().file("p.md", &text).args(["check", "--today", "2021-06-01", "p.md"]).run();
    assert!(outcome.stdout.contains("the first of 50 places"), "{}", outcome.stdout);
}

#[test]
fn many_brackets_without_a_partner_are_one_finding() {
    let text = format!("# Privacy\n\nLast updated: 3 May 2021\n\n{}", "We keep it (for a year.\n\n".repeat(11));
    insta::assert_snapshot!(
        findings("p.md", &text, "2021-06-01"),
        @"5:12: advice[text/unbalanced-bracket] this bracket has no partner"
    );
}

#[test]
fn plain_text_as_it_is_copied_from_a_page() {
    let text = "\
PRIVACY POLICY

Last updated: 3 May 2021

1. Our sites

Our web sites ( and our shop set cookies:

  • a) one for the basket, and b) one for the language :)
  • Visitors should send data requests to

2. Contact

Please write to us (at any time. We answer \u{201C}soon\u{201D}.

“We keep it.

“We do not sell it.”

2. Contact

Acme Ltd
";
    insta::assert_snapshot!(findings("p.txt", text, "2021-06-01"), @"
    7:15: warning[text/cut-off-sentence] the sentence breaks off, something is missing
    10:31: warning[text/cut-off-sentence] the sentence breaks off, something is missing
    14:20: advice[text/unbalanced-bracket] this bracket has no partner
    20:1: advice[text/repeated-heading] this heading stands twice
    ");
}

#[test]
fn a_page_with_anchors_images_and_forms() {
    let text = "\
<html><body><nav><a href='#menu'>Menu</a></nav><h1>Privacy</h1>
<p>Last updated: 3 May 2021</p>
<p>See <a href='#rights'>your rights</a>, <a href='#why'>the purposes</a> and <a href='#lost'>the rest of it</a>.</p>
<h2 id='rights'>Rights</h2><form><input></form>
<h2><a name='why'></a>Purposes</h2><p>We greet you in this way:</p><img src='x.png'>
<h2>Nothing</h2>
<h2>Contact</h2><p>Write to <a href='mailto:dpo@yourdomain.com'>our officer</a> or read <a href=' '>our terms</a> first.</p>
</body></html>
";
    insta::assert_snapshot!(findings("p.html", text, "2021-06-01"), @"
    3:95: advice[text/broken-anchor] this link leads nowhere
    6:5: advice[text/empty-section] nothing stands under this heading
    7:65: warning[text/example-address] this address is an example
    7:101: warning[text/empty-link] this link has no target
    ");
}

#[test]
fn a_parameter_that_a_check_lacks_or_does_not_know_is_a_mistake() {
    let rule = |name: &str, check: &str| {
        format!(
            "id: acme/{name}\ntitle: X\nkind: structure\ncite: [x]\nwhy: x\n{check}\nmessage: {{found: x}}\nhelp: x\nexamples: {{found: [x]}}\n"
        )
    };
    let outcome = Program::new()
        .file("ours/a.yaml", rule("a", "check: stale-date\nparameters: {patterns: [x], words: 3}"))
        .file("ours/b.yaml", rule("b", "check: empty-link\nparameters: {domains: [x]}"))
        .file("ours/c.yaml", rule("c", "check: placeholder\nparameters: {patterns: ['(x']}"))
        .file("ours/d.yaml", rule("d", "check: long-sentence\nparameters: {words: many}"))
        .file("ours/e.yaml", rule("e", "check: long-sentence\nparameters: {wrods: 3}"))
        .file("p.md", "x")
        .args(["check", "--rules", "ours", "p.md"])
        .run();
    assert_eq!(outcome.code, 2);
    insta::assert_snapshot!(outcome.stderr);
}

#[test]
fn headings_can_be_asked_for_and_put_in_order() {
    let rule = |name: &str, parameters: &str| {
        format!(
            "id: acme/{name}\ntitle: Headings\nkind: structure\nseverity: warning\ncite: [House style]\nwhy: Readers look for them.\n\
             check: {name}\nparameters: {{patterns: {parameters}}}\nmessage: {{found: a heading is not where it belongs}}\n\
             help: Move it.\nexamples: {{}}\n"
        )
    };
    let check = |text: &str| {
        let program = Program::new()
            .file("ours/a.yaml", rule("missing-heading", "['(?i)^contact', '(?i)reach us']"))
            .file("ours/b.yaml", rule("misplaced-heading", "['(?i)purposes', '(?i)rights', '(?i)contact']"))
            .file("p.md", text);
        let outcome =
            program.args(["check", "--format", "concise", "--rules", "ours", "--select", "acme", "p.md"]).run();
        let lines = outcome.stdout.lines().map(|line| line.split(']').next().unwrap().to_owned());
        lines.collect::<Vec<_>>()
    };
    let right = "# Privacy\n\n## Purposes\n\nBread.\n\n## Cookies\n\nNone.\n\n## Contact\n\nWrite.\n";
    assert_eq!(check(right), [""; 0]);
    assert_eq!(check("# Privacy\n\nContact us.\n"), ["p.md:1:3: warning[acme/missing-heading"]);
    assert_eq!(
        check("# Privacy\n\n## How to reach us\n\nWrite.\n\n## Your rights\n\nMany.\n\n## Purposes\n\nBread.\n"),
        ["p.md:7:4: warning[acme/misplaced-heading"]
    );
}
