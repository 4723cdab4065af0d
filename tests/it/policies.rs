//! Whole reports over the fixtures: any change of a reader or a rule shows here as a change of a report.

use crate::program::Program;

fn report(fixture: &str) -> String {
    let outcome =
        Program::in_repository().args(["check", "--today", "2026-06-01", &format!("fixtures/{fixture}")]).run();
    assert_eq!(outcome.stderr, "");
    outcome.stdout
}

/// Nothing to complain about, and little to show for it.
#[test]
fn a_complete_policy() {
    insta::assert_snapshot!(report("complete.md"));
}

#[test]
fn a_sparse_policy() {
    insta::assert_snapshot!(report("sparse.md"));
}

/// Headings by number, capitals and underline; bullets; an address and an officer in indented lines.
#[test]
fn plain_text() {
    insta::assert_snapshot!(report("plain.txt"));
}

/// What scripts, styles, comments, menus and hidden elements say counts for nothing.
#[test]
fn a_page_of_html() {
    insta::assert_snapshot!(report("page.html"));
}

/// Umlauts, curly quotes, no-break spaces and hyphens, bold headings.
#[test]
fn accents_and_quotes() {
    insta::assert_snapshot!(report("quoted.md"));
}

/// A contents list, false friends of every kind, and an officer in what CommonMark takes for code.
#[test]
fn an_adversarial_policy() {
    insta::assert_snapshot!(report("adversarial.md"));
}

/// German: abbreviations within a citation, verbs at the end, a table of legal bases, no word on Do Not Track.
#[test]
fn a_german_policy() {
    insta::assert_snapshot!(report("german.md"));
}
