//! What an edit changed, as Markdown for a comment on it.
//!
//! All that a document says stands in code spans: nothing in them is markup, a mention, a reference or a link. What
//! rules say is escaped as in other reports.

use std::io::{self, Write};

use super::{Compared, DiffReport, first_passages, told};
use crate::diff::{Change, Effect, Passage};
use crate::report::CheckedFile;
use crate::report::markdown::inline;
use crate::report::shown::{excerpt, excerpt_around};

/// The most characters of a clause that are shown.
const SHOWN: usize = 240;

pub(super) fn write(report: &DiffReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "### Privacy policy: {}", report.counts())?;
    for file in report.files.iter().filter(|file| !file.changes.is_empty()) {
        let new = code(file.new.source.name());
        match &file.old {
            Some(old) => writeln!(out, "\n#### {} to {new}", code(old.source.name()))?,
            None => writeln!(out, "\n#### {new}, which is new")?,
        }
        for effect in Effect::ALL {
            let changes: Vec<&Change> = file.changes.iter().filter(|change| change.kind.effect() == effect).collect();
            if !changes.is_empty() {
                writeln!(out, "\n**{}**\n", heading(effect))?;
                changes.into_iter().try_for_each(|change| write_change(change, file, report, out))?;
            }
        }
    }
    Ok(())
}

fn heading(effect: Effect) -> &'static str {
    match effect {
        Effect::Worse => "Worse",
        Effect::Changed => "Changed",
        Effect::Better => "Better",
    }
}

fn write_change(change: &Change, file: &Compared, report: &DiffReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let rule = &report.rules.rules()[change.rule];
    let told = told(change, rule, code, inline);
    writeln!(out, "- {}: **{}** ({}): {told}", change.kind.name(), inline(&rule.title), code(rule.id.as_str()))?;
    if let Some(old) = &file.old {
        write_passages("before", &change.old, old, out)?;
    }
    write_passages("after", &change.new, &file.new, out)
}

fn write_passages(when: &str, passages: &[Passage], file: &CheckedFile, out: &mut dyn Write) -> io::Result<()> {
    let (shown, left_out) = first_passages(passages);
    for passage in shown {
        let line = file.source.position(passage.span.start()).line;
        match passage.text.is_empty() {
            true => writeln!(out, "  - {when}, line {line}")?,
            false => {
                let words = code(&excerpt_around(&passage.text, passage.words.clone(), SHOWN));
                writeln!(out, "  - {when}, line {line}: {words}")?;
            }
        }
    }
    match left_out {
        0 => Ok(()),
        left_out => writeln!(out, "  - {when}: and {left_out} more"),
    }
}

/// A code span of one line that shows a text, whatever it holds: its fence is longer than any run of backticks in it.
fn code(text: &str) -> String {
    let text = excerpt(text, usize::MAX);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A space that stands at both ends is taken away; an empty span is none.
    let pad = if text.is_empty() || text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_document_says_leaves_its_code_span() {
        assert_eq!(code("30 days"), "`30 days`");
        assert_eq!(code("a `b` ``c"), "```a `b` ``c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("one\n\n# two\u{1b}"), "`one # two?`");
    }
}
