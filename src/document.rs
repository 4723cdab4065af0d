//! The document: sections and clauses of a policy, whatever format it was written in.
//!
//! [`Document::parse`] never fails: any bytes give a document. The readers (`markdown`, `html`, `plain`) know one
//! format each and turn it into blocks; `structure` alone turns blocks into sections and clauses, so that a heading,
//! a lead-in or a contents list means the same in all of them. Every [`Span`] that leaves this module lies on character
//! boundaries of the file.

mod block;
mod html;
mod language;
mod line;
mod markdown;
mod plain;
mod prose;
mod script;
mod sentence;
mod structure;

use std::collections::BTreeSet;
use std::path::Path;

pub use language::Language;
pub use prose::{Link, Prose, ProseSpan};
pub(crate) use script::{as_it_looks, has_lookalike, mixed_in, script_of};
pub(crate) use sentence::ends_sentence;

use crate::source::{SourceFile, Span};

/// The formats that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// CommonMark with tables, footnotes and definition lists.
    Markdown,
    /// HTML, whole pages or fragments.
    Html,
    /// Text without markup; layout is all that tells its structure.
    Plain,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Markdown, Self::Html, Self::Plain];

    /// The name, as the command line and JSON write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Plain => "plain",
        }
    }

    /// The format of a file: by its extension where that settles it, else by looking at the text. `.txt` settles
    /// nothing, for archives save Markdown under it.
    pub fn of(source: &SourceFile) -> Self {
        let extension = Path::new(source.name()).extension().map(std::ffi::OsStr::to_ascii_lowercase);
        match extension.as_ref().and_then(|extension| extension.to_str()) {
            Some("md" | "markdown" | "mdown" | "mkd") => Self::Markdown,
            Some("html" | "htm" | "xhtml") => Self::Html,
            _ => Self::by_looking(source.text()),
        }
    }

    fn by_looking(text: &str) -> Self {
        let text = &text[body_start(text)..];
        if html::looks_like_html(text) {
            Self::Html
        } else if markdown::looks_like_markdown(text) {
            Self::Markdown
        } else {
            Self::Plain
        }
    }
}

/// A clause by its place in [`Document::clauses`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClauseId(pub usize);

/// A section by its place in [`Document::sections`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SectionId(pub usize);

impl SectionId {
    /// The root, which has no heading and holds what stands before the first one.
    pub const ROOT: Self = Self(0);
}

/// What a clause is, and so whether it can be read as a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClauseKind {
    /// A sentence of a paragraph.
    Sentence,
    /// A list item, or a sentence of one.
    ListItem,
    /// A row of a table, its cells joined by " | ".
    TableRow,
    /// The column headers of a table: they introduce rows and state nothing.
    TableHeader,
    /// A contents entry, a way back to the top, a bare link label: it leads somewhere and states nothing.
    Navigation,
}

impl ClauseKind {
    /// The name, as JSON writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sentence => "sentence",
            Self::ListItem => "list-item",
            Self::TableRow => "table-row",
            Self::TableHeader => "table-header",
            Self::Navigation => "navigation",
        }
    }

    /// Whether a clause of this kind can be evidence.
    pub fn is_statement(self) -> bool {
        matches!(self, Self::Sentence | Self::ListItem | Self::TableRow)
    }
}

/// The unit that rules read.
#[derive(Clone, Debug)]
pub struct Clause {
    /// What it is.
    pub kind: ClauseKind,
    /// The innermost section that holds it.
    pub section: SectionId,
    /// What introduces it, outermost first: the sentence before its list, the item above it, the column headers.
    pub lead_in: Vec<ClauseId>,
    /// What the reader sees of it; never empty.
    pub prose: Prose,
    /// Where it stands.
    pub span: Span,
    /// The number of the paragraph, list item or table row that it was cut from, counted from 0: clauses of one block
    /// stand in a row and have the same.
    pub block: usize,
}

/// How a heading is known to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadingOrigin {
    /// The format marks it.
    Marked,
    /// It looks like one: numbered, strong, in capitals, or short and alone.
    Inferred,
}

/// A heading.
#[derive(Clone, Debug)]
pub struct Heading {
    /// 1 is the highest level.
    pub level: u8,
    /// What the reader sees of it; never empty.
    pub prose: Prose,
    /// Where it stands.
    pub span: Span,
    /// How it is known to be one.
    pub origin: HeadingOrigin,
}

/// A heading with all that stands under it.
#[derive(Clone, Debug)]
pub struct Section {
    /// The heading; only the root has none.
    pub heading: Option<Heading>,
    /// The section around this one; only the root has none.
    pub parent: Option<SectionId>,
}

/// A comment of the format: its readers don't see it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Comment {
    /// Where it stands, its marks included.
    pub span: Span,
    /// What stands between its marks.
    pub text: String,
}

/// A policy, read.
#[derive(Clone, Debug)]
pub struct Document {
    format: Format,
    /// The language of the whole first, then others that a good part is in.
    languages: Vec<Language>,
    sections: Vec<Section>,
    clauses: Vec<Clause>,
    comments: Vec<Comment>,
    contents: Vec<ClauseId>,
    anchors: BTreeSet<String>,
    unread: Vec<Span>,
    front_matter: Span,
}

impl Document {
    /// Reads a file in a format. Never fails.
    pub fn parse(source: &SourceFile, format: Format) -> Self {
        let body = body_start(source.text())..source.text().len();
        let front_matter = source.span(0..body.start);
        let block::Content { blocks, mut comments, anchors, mut unread } = match format {
            Format::Markdown => markdown::read(source, body),
            Format::Html => html::read(source, body),
            Format::Plain => block::Content { blocks: plain::read(source, body), ..block::Content::default() },
        };
        comments.sort();
        unread.sort_by_key(|range| (range.start, range.end));
        let structure::Arranged { sections, clauses, contents } = structure::arrange(blocks, format);
        let unread = unread.into_iter().map(|range| source.span(range)).collect();
        let languages = language::of(&clauses);
        Self { format, languages, sections, clauses, comments, contents, anchors, unread, front_matter }
    }

    /// The same, said to be written in a language.
    #[must_use]
    pub fn with_language(self, language: Language) -> Self {
        Self { languages: vec![language], ..self }
    }

    /// The language that it is written in.
    pub fn language(&self) -> Language {
        self.languages[0]
    }

    /// The language of the whole first, then others that a section or more is written in; never empty.
    pub fn languages(&self) -> &[Language] {
        &self.languages
    }

    /// The format that it was read in.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The sections in the order of their headings; the first is the root.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The clauses in the order of the file.
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// The comments in the order of the file. What stands in code is none, and plain text has none.
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// A clause by its id.
    pub fn clause(&self, id: ClauseId) -> &Clause {
        &self.clauses[id.0]
    }

    /// The clauses that are entries of a contents list, in the order of the file.
    pub fn contents(&self) -> &[ClauseId] {
        &self.contents
    }

    /// The names that links into the document can lead to, as its markup gives them. What a publishing system makes of
    /// headings is not among them.
    pub fn anchors(&self) -> &BTreeSet<String> {
        &self.anchors
    }

    /// What is shown, or may be, and is no text: images, forms, scripts, hidden elements; in the order of the file.
    pub fn unread(&self) -> &[Span] {
        &self.unread
    }

    /// The front matter with its fences; an empty span where there is none.
    pub fn front_matter(&self) -> Span {
        self.front_matter
    }

    /// The headings above a place in a section, innermost first.
    pub fn headings(&self, section: SectionId) -> impl Iterator<Item = (SectionId, &Heading)> {
        std::iter::successors(Some(section), |id| self.sections[id.0].parent)
            .filter_map(|id| self.sections[id.0].heading.as_ref().map(|heading| (id, heading)))
    }

    /// The title: the first heading of the highest level that the document has.
    pub fn title(&self) -> Option<&Heading> {
        let headings = self.sections.iter().filter_map(|section| section.heading.as_ref());
        headings.min_by_key(|heading| (heading.level, heading.span))
    }
}

/// The byte after the front matter, YAML between `---` or TOML between `+++`; 0 where there is none.
///
/// A first line `---` alone could also be a thematic break, so the block counts as front matter only if its lines look
/// like keys, list entries or comments.
fn body_start(text: &str) -> usize {
    let fence = match text.get(..3) {
        Some("---") => "---",
        Some("+++") => "+++",
        _ => return 0,
    };
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if first.trim_end() != fence {
        return 0;
    }
    let mut offset = first.len();
    let mut keys = 0_usize;
    for line in lines {
        offset += line.len();
        let bare = line.trim_end();
        if bare == fence || (fence == "---" && bare == "...") {
            return if keys > 0 { offset } else { 0 };
        }
        let indented = line.starts_with([' ', '\t']);
        let is_key = bare.split_once([':', '=']).is_some_and(|(key, _)| {
            !key.is_empty() && key.trim_end().chars().all(|c| c.is_alphanumeric() || "_-.\"'".contains(c))
        });
        keys += usize::from(is_key);
        if !(is_key || indented || bare.is_empty() || bare.starts_with(['#', '-', '[', ']'])) {
            return 0;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_is_no_prose_and_a_thematic_break_is_none() {
        assert_eq!(body_start("---\ntitle: Privacy\n---\nText"), 23);
        assert_eq!(body_start("+++\ntitle = \"Privacy\"\n+++\nText"), 26);
        assert_eq!(body_start("---\nWe keep: your data.\nAnd so on.\n---\n"), 0);
        assert_eq!(body_start("---\n"), 0);
    }

    #[test]
    fn the_format_is_told_by_extension_else_by_looking() {
        let of = |name: &str, text: &str| Format::of(&SourceFile::new(name, text.as_bytes()));
        assert_eq!(of("a.md", "Text"), Format::Markdown);
        assert_eq!(of("a.HTML", "Text"), Format::Html);
        assert_eq!(of("a.txt", "# Privacy\n\nWe keep **data**."), Format::Markdown);
        assert_eq!(of("-", "<!DOCTYPE html><p>Hello</p>"), Format::Html);
        assert_eq!(of("a.txt", "Privacy Policy\n\n  • one\n  • two\n"), Format::Plain);
    }
}
