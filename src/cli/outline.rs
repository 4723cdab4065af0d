//! `clauselint outline`: a policy's sections and clauses, as the rules see them.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use super::config::parse_size;
use super::input::InputArgs;
use super::{Exit, Failure, Terminal};
use crate::config::Size;
use crate::document::{Document, SectionId};
use crate::report::printable;
use crate::source::{SourceFile, Span};

/// What was typed after `outline`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  clauselint outline policy.md\n  clauselint outline --format json policy.html")]
pub(super) struct Args {
    /// A policy, or `-` for standard input.
    #[arg(value_name = "FILE")]
    path: PathBuf,
    /// How to show it.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: FormatName,
    /// The largest policy that is read: bytes, or a size as in `64MiB`, which it is where nothing is said.
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    max_file_size: Option<Size>,
    #[command(flatten)]
    input: InputArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormatName {
    Text,
    Json,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let (source, document) =
        args.input.read(&args.path, args.max_file_size.unwrap_or(Size::OF_POLICIES)).map_err(Failure::Message)?;
    terminal.write(|out| match args.format {
        FormatName::Text => text(&source, &document, out),
        FormatName::Json => json(&source, &document, out),
    })?;
    Ok(Exit::Clean)
}

fn text(source: &SourceFile, document: &Document, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} ({})", printable(source.name()), document.format().name())?;
    let mut clauses = document.clauses().iter().enumerate().peekable();
    for (idx, section) in document.sections().iter().enumerate() {
        if let Some(heading) = &section.heading {
            let marks = "#".repeat(usize::from(heading.level));
            writeln!(out, "{:>7}  {marks} {}", place(source, heading.span), printable(heading.prose.text()))?;
        }
        while let Some((number, clause)) = clauses.next_if(|(_, clause)| clause.section == SectionId(idx)) {
            let lead_in: Vec<String> = clause.lead_in.iter().map(|id| format!("#{}", id.0)).collect();
            let after = if lead_in.is_empty() { String::new() } else { format!(" after {}", lead_in.join(" ")) };
            let (at, kind, shown) = (place(source, clause.span), clause.kind.name(), printable(clause.prose.text()));
            writeln!(out, "{at:>7}  #{number} {kind}{after}: {shown}")?;
        }
    }
    Ok(())
}

fn place(source: &SourceFile, span: Span) -> String {
    let position = source.position(span.start());
    format!("{}:{}", position.line, position.column)
}

#[derive(Serialize)]
struct Outline<'d> {
    path: &'d str,
    format: &'static str,
    sections: Vec<SectionOut<'d>>,
    clauses: Vec<ClauseOut<'d>>,
}

#[derive(Serialize)]
struct SectionOut<'d> {
    /// The section's number; the root, 0, has no heading.
    id: usize,
    parent: Option<usize>,
    heading: Option<&'d str>,
    level: Option<u8>,
    start: Option<usize>,
    end: Option<usize>,
}

#[derive(Serialize)]
struct ClauseOut<'d> {
    id: usize,
    section: usize,
    kind: &'static str,
    /// The numbers of the clauses that introduce it, outermost first.
    lead_in: Vec<usize>,
    start: usize,
    end: usize,
    line: usize,
    column: usize,
    text: &'d str,
}

fn json(source: &SourceFile, document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let sections = document.sections().iter().enumerate().map(|(id, section)| SectionOut {
        id,
        parent: section.parent.map(|parent| parent.0),
        heading: section.heading.as_ref().map(|heading| heading.prose.text()),
        level: section.heading.as_ref().map(|heading| heading.level),
        start: section.heading.as_ref().map(|heading| heading.span.start()),
        end: section.heading.as_ref().map(|heading| heading.span.end()),
    });
    let clauses = document.clauses().iter().enumerate().map(|(id, clause)| {
        let position = source.position(clause.span.start());
        ClauseOut {
            id,
            section: clause.section.0,
            kind: clause.kind.name(),
            lead_in: clause.lead_in.iter().map(|id| id.0).collect(),
            start: clause.span.start(),
            end: clause.span.end(),
            line: position.line,
            column: position.column,
            text: clause.prose.text(),
        }
    });
    let outline = Outline {
        path: source.name(),
        format: document.format().name(),
        sections: sections.collect(),
        clauses: clauses.collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &outline)?;
    writeln!(out)
}
