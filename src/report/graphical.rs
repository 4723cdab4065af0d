//! Diagnostics drawn on their source. The only code that knows miette.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents,
};

use super::shown::printable;
use super::{Colour, Style};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceFile, Span};

/// How far a drawn line reaches to the left of its label, in bytes, where the line is longer than the drawing is wide.
const BEFORE_LABEL: usize = 24;

/// A source that diagnostics are drawn on. Its text is made harmless once, however many there are.
pub(super) struct Canvas<'s> {
    excerpts: Excerpts<'s>,
    handler: GraphicalReportHandler,
}

impl<'s> Canvas<'s> {
    pub(super) fn new(source: &'s SourceFile, style: Style) -> Self {
        let theme = match style.colour {
            Colour::On => GraphicalTheme::unicode(),
            Colour::Off => GraphicalTheme::unicode_nocolor(),
        };
        let handler = GraphicalReportHandler::new_themed(theme).with_width(style.width).with_context_lines(1);
        let excerpts = Excerpts { source, text: printable(source.text()), width: style.width.max(40) };
        Self { excerpts, handler: handler.with_links(false) }
    }

    /// Draws a diagnostic; `notes` are lines of help after its own.
    pub(super) fn draw(&self, diagnostic: &Diagnostic, notes: &[String], out: &mut dyn Write) -> io::Result<()> {
        let help: Vec<&str> =
            diagnostic.help.iter().map(String::as_str).chain(notes.iter().map(String::as_str)).collect();
        let drawn = Drawn {
            diagnostic,
            labels: self.excerpts.labels(diagnostic),
            excerpts: &self.excerpts,
            help: (!help.is_empty()).then(|| printable(&help.join("\n")).into_owned()),
            message: printable(&diagnostic.message).into_owned(),
        };
        let mut text = String::new();
        let failed = |_| io::Error::other("internal: a diagnostic could not be drawn");
        self.handler.render_report(&mut text, &drawn).map_err(failed)?;
        out.write_all(text.as_bytes())
    }
}

/// A diagnostic as miette sees it.
#[derive(Debug)]
struct Drawn<'d> {
    diagnostic: &'d Diagnostic,
    labels: Vec<LabeledSpan>,
    excerpts: &'d Excerpts<'d>,
    help: Option<String>,
    message: String,
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawn<'_> {}

impl miette::Diagnostic for Drawn<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.diagnostic.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Advice => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.excerpts)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// The source as it is drawn: harmless, and long lines cut to what a label needs, since a policy often keeps a whole
/// paragraph on one line. Works on text offsets and the line index, so it reads no more than it shows.
#[derive(Debug)]
struct Excerpts<'s> {
    source: &'s SourceFile,
    text: Cow<'s, str>,
    width: usize,
}

impl Excerpts<'_> {
    fn labels(&self, diagnostic: &Diagnostic) -> Vec<LabeledSpan> {
        let primary = self.label(diagnostic.primary.span, &diagnostic.primary.message);
        let related = diagnostic.related.iter().map(|label| self.label(label.span, &label.message));
        std::iter::once(primary).chain(related).collect()
    }

    /// A label on the first line of its span, no longer than the drawing is wide.
    fn label(&self, span: Span, message: &str) -> LabeledSpan {
        let range = self.source.range(span);
        let line = self.source.line_range(self.source.line_at(range.start));
        let shown = self.text[range.start..range.end.min(line.end).max(range.start)].trim_end();
        let mut length = shown.len().min(self.width);
        if length < shown.len() {
            length = shown[..self.floor(range.start, length)].rfind(' ').unwrap_or(length);
        }
        let length = self.floor(range.start, length);
        let message = (!message.is_empty()).then(|| message.to_owned());
        LabeledSpan::new(message, range.start, length)
    }

    /// The largest length from `start` that is at most `length` and ends on a character boundary.
    fn floor(&self, start: usize, mut length: usize) -> usize {
        while !self.text.is_char_boundary(start + length) {
            length -= 1;
        }
        length
    }
}

impl SourceCode for Excerpts<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        _lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        if end > self.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let first = self.source.line_at(span.offset());
        let last = self.source.line_at(end);
        let lines = self.source.line_range(first).start..self.source.line_range(last).end;
        let lines = lines.start
            ..lines.start + self.text[lines.clone()].trim_end_matches(['\n', '\r', ' ']).len().max(end - lines.start);
        let mut start = lines.start;
        if lines.len() > self.width && span.offset() - start > BEFORE_LABEL {
            start = span.offset() - BEFORE_LABEL;
            while !self.text.is_char_boundary(start) {
                start -= 1;
            }
            let words = &self.text[start..span.offset()];
            start += words.find(' ').map_or(0, |space| space + 1);
        }
        let mut stop = lines.end;
        if stop - start > self.width {
            stop = self.floor(start, self.width) + start;
            let cut = self.text[start..stop].rfind(' ').map_or(stop, |space| start + space);
            stop = cut.max(end);
        }
        // The drawing is asked for with a line of context; without any, only the place of the label is.
        let place = if lines_before == 0 { span.offset() } else { start };
        let column = self.source.position(self.source.span(place..place).start()).column - 1;
        let shown = SourceSpan::new(start.into(), stop - start);
        let name = printable(self.source.name()).into_owned();
        let data = &self.text.as_bytes()[start..stop];
        Ok(Box::new(MietteSpanContents::new_named(name, data, shown, first, column, last - first + 1)))
    }
}
