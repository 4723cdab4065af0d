//! What an edit changed, for a terminal.

use std::io::{self, Write};

use super::{Compared, DiffReport, first_passages, told};
use crate::diff::{Change, Effect, Passage};
use crate::report::shown::{excerpt, excerpt_around};
use crate::report::{CheckedFile, Colour, Style};

pub(super) fn write(report: &DiffReport<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for file in report.files.iter().filter(|file| !file.changes.is_empty()) {
        writeln!(out, "{}", title(file))?;
        for change in &file.changes {
            write_change(change, file, report, style, out)?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{}", report.counts())
}

fn title(file: &Compared) -> String {
    let new = name(&file.new);
    match &file.old {
        Some(old) => format!("{} -> {new}", name(old)),
        None => format!("{new}, which is new"),
    }
}

fn name(file: &CheckedFile) -> String {
    excerpt(file.source.name(), usize::MAX)
}

fn write_change(
    change: &Change,
    file: &Compared,
    report: &DiffReport<'_>,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rule = &report.rules.rules()[change.rule];
    let quote = |words: &str| format!("\"{}\"", excerpt(words, usize::MAX));
    let told = told(change, rule, quote, |words| excerpt(words, usize::MAX));
    let label = painted(change.kind.name(), change.kind.effect(), style);
    writeln!(out, "  {label}[{}] {}: {told}", rule.id, excerpt(&rule.title, usize::MAX))?;
    if let Some(old) = &file.old {
        write_passages('-', &change.old, old, style, out)?;
    }
    write_passages('+', &change.new, &file.new, style, out)
}

fn write_passages(
    sign: char,
    passages: &[Passage],
    file: &CheckedFile,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (shown, left_out) = first_passages(passages);
    for passage in shown {
        let at = file.source.position(passage.span.start());
        let place = format!("{}:{}:{}", name(file), at.line, at.column);
        match passage.text.is_empty() {
            true => writeln!(out, "    {sign} {place}")?,
            false => {
                let room = style.width.saturating_sub(place.chars().count() + 10).max(72);
                let words = excerpt_around(&passage.text, passage.words.clone(), room);
                writeln!(out, "    {sign} {place}  \"{words}\"")?;
            }
        }
    }
    match left_out {
        0 => Ok(()),
        left_out => writeln!(out, "    {sign} and {left_out} more"),
    }
}

fn painted(text: &str, effect: Effect, style: Style) -> String {
    let code = match effect {
        Effect::Worse => "31",
        Effect::Changed => "33",
        Effect::Better => "32",
    };
    match style.colour {
        Colour::On => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        Colour::Off => text.to_owned(),
    }
}
