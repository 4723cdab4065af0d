//! Markdown to blocks, by pulldown-cmark's events and their offsets.
//!
//! Code blocks are text here: what CommonMark takes for indented code is, in a policy, an indented address.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::block::{Block, BlockKind, Content, ItemPart};
use super::prose::{Prose, ProseBuilder};
use super::{Comment, html, plain};
use crate::source::SourceFile;

/// Whether a text whose name does not tell reads like Markdown: headings, links, or lists and strong text.
pub(super) fn looks_like_markdown(text: &str) -> bool {
    let mut marks = 0_usize;
    for line in text.lines().take(2000) {
        let level = line.bytes().take_while(|byte| *byte == b'#').count();
        if (1..=6).contains(&level) && line[level..].starts_with(' ') {
            return true;
        }
        let bytes = line.as_bytes();
        marks += usize::from(memchr::memchr_iter(b']', bytes).any(|at| bytes.get(at + 1) == Some(&b'(')));
        if memchr::memchr(b'*', bytes).is_some() {
            marks += line.matches("**").count() / 2;
        }
        let start = line.trim_start();
        marks += usize::from(start.starts_with("* ") || start.starts_with("- "));
    }
    marks >= 3
}

/// Reads a range of the source text.
pub(super) fn read(source: &SourceFile, range: Range<usize>) -> Content {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST;
    let mut reader = Reader::new(source);
    let text = shallow(&source.text()[range.clone()]);
    for (event, at) in Parser::new_ext(&text, options).into_offset_iter() {
        reader.event(event, at.start + range.start..at.end + range.start);
    }
    reader.flush(BlockKind::Paragraph);
    Content { blocks: reader.blocks, comments: reader.comments, anchors: reader.anchors, unread: reader.unread }
}

/// How many marks of quotes and list items a line can open with, and how far from its start, in bytes: the parser looks
/// at all that are open for every line of the file.
const DEEPEST: usize = 100;
const FARTHEST: usize = 1000;

/// The text with those marks of quotes and list items blanked that go deeper than that; all else stays where it is.
fn shallow(text: &str) -> Cow<'_, str> {
    let mut shallow: Option<String> = None;
    let mut done = 0;
    let mut start = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        if let Some(deep) = deep_marks(line) {
            let shallow = shallow.get_or_insert_with(|| String::with_capacity(text.len()));
            shallow.push_str(&text[done..start + deep.start]);
            shallow.extend(std::iter::repeat_n(' ', deep.len()));
            done = start + deep.end;
        }
        start += line.len();
    }
    match shallow {
        Some(shallow) => Cow::Owned(shallow + &text[done..]),
        None => Cow::Borrowed(text),
    }
}

/// The bytes of a line that open quotes and list items deeper than they may go.
fn deep_marks(line: &str) -> Option<Range<usize>> {
    let bytes = line.as_bytes();
    let mut marks = 0;
    let mut deep = None;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = bytes[at..].iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
        let is_spaced = |at: usize| bytes.get(at).is_none_or(u8::is_ascii_whitespace);
        let length = match byte {
            b' ' | b'\t' => {
                at += 1;
                continue;
            }
            b'>' => 1,
            b'-' | b'*' | b'+' if is_spaced(at + 1) => 1,
            _ if digits > 0 && matches!(bytes.get(at + digits), Some(b'.' | b')')) && is_spaced(at + digits + 1) => {
                digits + 1
            }
            _ => break,
        };
        marks += 1;
        if marks > DEEPEST || at > FARTHEST {
            deep.get_or_insert(at);
        }
        at += length;
    }
    deep.map(|start| start..at)
}

struct Reader<'s> {
    source: &'s SourceFile,
    builder: ProseBuilder<'s>,
    blocks: Vec<Block>,
    comments: Vec<Comment>,
    anchors: BTreeSet<String>,
    unread: Vec<Range<usize>>,
    /// The open lists, outermost first, by their numbers.
    lists: Vec<usize>,
    list_count: usize,
    part: ItemPart,
    /// The text of the code block being read.
    code: Option<Range<usize>>,
    /// How many images are open: an image's description is no text of the policy.
    images: usize,
    in_html_block: Within,
    /// How many `<nav>` elements are open around the Markdown.
    navigation: usize,
    cells: Vec<Prose>,
    /// How many tables there were so far, and whether the current one has column headers.
    tables: usize,
    header: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Markdown,
    HtmlBlock,
}

impl<'s> Reader<'s> {
    fn new(source: &'s SourceFile) -> Self {
        Self {
            source,
            builder: ProseBuilder::new(source),
            blocks: Vec::new(),
            comments: Vec::new(),
            anchors: BTreeSet::new(),
            unread: Vec::new(),
            lists: Vec::new(),
            list_count: 0,
            part: ItemPart::First,
            code: None,
            images: 0,
            in_html_block: Within::Markdown,
            navigation: 0,
            cells: Vec::new(),
            tables: 0,
            header: None,
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text, range),
            Event::Code(text) => {
                let slice = &self.source.text()[range.clone()];
                match slice.find(&*text) {
                    Some(at) => self.builder.push(range.start + at..range.start + at + text.len()),
                    None => self.builder.push_decoded(&text, &range),
                }
            }
            Event::SoftBreak => self.builder.space(range),
            Event::HardBreak => self.builder.line_break(range),
            Event::InlineHtml(_) => {
                let inline = html::inline(self.source, range, &mut self.builder);
                self.comments.extend(inline.comments);
                self.anchors.extend(inline.anchors);
            }
            Event::Rule => self.flush_text(),
            Event::Html(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_) => {}
        }
    }

    fn text(&mut self, text: &str, range: Range<usize>) {
        if self.images > 0 || self.in_html_block == Within::HtmlBlock {
            return;
        }
        if let Some(code) = &mut self.code {
            *code = code.start.min(range.start)..code.end.max(range.end);
        } else if &self.source.text()[range.clone()] == text {
            self.builder.push(range);
        } else {
            self.builder.push_decoded(text, &range);
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Heading { id, .. } => {
                self.flush_text();
                self.anchors.extend(id.map(pulldown_cmark::CowStr::into_string));
            }
            Tag::Paragraph | Tag::FootnoteDefinition(_) | Tag::BlockQuote(_) => self.flush_text(),
            Tag::List(_) => {
                self.flush_text();
                self.list_count += 1;
                self.lists.push(self.list_count);
            }
            Tag::Item => {
                self.flush_text();
                self.part = ItemPart::First;
            }
            Tag::CodeBlock(_) => {
                self.flush_text();
                self.code = Some(range.end..range.start);
            }
            Tag::HtmlBlock => {
                self.flush_text();
                self.in_html_block = Within::HtmlBlock;
                let html = &self.source.text()[range.clone()];
                let opened = html::count_open(html, "nav");
                let shown = html::read(self.source, range);
                if self.navigation == 0 {
                    self.blocks.extend(shown.blocks);
                }
                self.comments.extend(shown.comments);
                self.anchors.extend(shown.anchors);
                self.unread.extend(shown.unread);
                self.navigation = self.navigation.saturating_add_signed(opened);
            }
            Tag::Strong => self.builder.start_strong(),
            Tag::Link { dest_url, .. } => self.builder.start_link(&dest_url),
            Tag::Image { .. } => {
                self.images += 1;
                self.unread.push(range);
            }
            Tag::TableHead | Tag::TableRow => self.cells.clear(),
            Tag::Table(_) => {
                self.flush_text();
                self.tables += 1;
                self.header = None;
            }
            Tag::DefinitionListTitle | Tag::DefinitionListDefinition => self.flush_text(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => self.flush(BlockKind::Heading(level_number(level))),
            TagEnd::List(_) => {
                self.flush_text();
                self.lists.pop();
                self.part = ItemPart::Further;
            }
            TagEnd::CodeBlock => {
                if let Some(code) = self.code.take()
                    && code.start < code.end
                    && self.navigation == 0
                {
                    self.blocks.extend(plain::read(self.source, code));
                }
            }
            TagEnd::HtmlBlock => self.in_html_block = Within::Markdown,
            TagEnd::Strong => self.builder.end_strong(),
            TagEnd::Link => self.builder.end_link(),
            TagEnd::Image => self.images = self.images.saturating_sub(1),
            TagEnd::TableCell => {
                let cell = self.builder.take().prose;
                self.cells.push(cell);
            }
            TagEnd::TableHead if self.cells_are_data() => {
                self.row(BlockKind::Row { table: None });
            }
            TagEnd::TableHead if self.row(BlockKind::Header { table: self.tables }) => {
                self.header = Some(self.tables);
            }
            TagEnd::TableRow => {
                self.row(BlockKind::Row { table: self.header });
            }
            TagEnd::DefinitionListTitle => self.flush(BlockKind::Term),
            TagEnd::Paragraph
            | TagEnd::Item
            | TagEnd::FootnoteDefinition
            | TagEnd::BlockQuote(_)
            | TagEnd::DefinitionListDefinition => self.flush_text(),
            _ => {}
        }
    }

    /// Whether the cells of a table's first row name no columns: a table in Markdown can't do without such a row, so one of
    /// things and what is said of them has its first pair there ("Controller | Example Ltd, 1 Mill Lane, Exampleton").
    fn cells_are_data(&self) -> bool {
        let [_, said] = &*self.cells else { return false };
        let said = said.text();
        let is_address = said.matches(',').count() >= 2 && said.contains(|c: char| c.is_ascii_digit());
        said.contains('@') || said.ends_with('.') || is_address
    }

    /// Ends a row of a table; whether there was anything in it.
    fn row(&mut self, kind: BlockKind) -> bool {
        let prose = Prose::joined(&self.cells, " | ");
        let shown = !prose.is_empty() && self.navigation == 0;
        if shown {
            self.blocks.push(Block::row(kind, prose));
        }
        shown
    }

    /// Ends the current block as what its place makes it: an item inside a list, else a paragraph.
    fn flush_text(&mut self) {
        let kind = match self.lists.last() {
            Some(list) => BlockKind::Item { list: *list, depth: self.lists.len(), part: self.part },
            None => BlockKind::Paragraph,
        };
        self.flush(kind);
    }

    fn flush(&mut self, kind: BlockKind) {
        let text = self.builder.take();
        if text.prose.is_empty() {
            return;
        }
        if matches!(kind, BlockKind::Item { .. }) {
            self.part = ItemPart::Further;
        }
        if self.navigation == 0 {
            self.blocks.push(Block::new(kind, text));
        }
    }
}

fn level_number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_that_go_too_deep_are_blanked_and_nothing_moves() {
        for usual in ["> - 1. one\n* two\n", "a - b > c\n", "---\n***\n", "12. twelve\r\n"] {
            assert!(matches!(shallow(usual), Cow::Borrowed(_)), "{usual}");
        }
        for mark in [">", "> ", "- ", "+ ", "1. ", "12) "] {
            let deep = format!("One\n{}We keep \u{e9}.\n- two\n", mark.repeat(300));
            let read = shallow(&deep);
            assert_eq!(read.len(), deep.len());
            assert_eq!(read.matches(mark.trim()).count(), DEEPEST + usize::from(mark == "- "), "{mark}");
            assert!(read.ends_with("We keep \u{e9}.\n- two\n"));
        }
        let far = format!("{}- a\n", " ".repeat(FARTHEST + 1));
        assert_eq!(shallow(&far), format!("{}  a\n", " ".repeat(FARTHEST + 1)));
    }

    #[test]
    fn markdown_is_known_by_a_heading_or_three_marks() {
        for text in [
            "# Privacy\n",
            "Text\n###### Privacy\n",
            "[a](#a)\n[b](#b)\n[c](#c)\n",
            "**One** and **two**\n**three**\n",
            "* one\n  - two\n* three\n",
            "* one\n[b](#b)\n**three**\n",
        ] {
            assert!(looks_like_markdown(text), "{text}");
        }
        for text in [
            "",
            "#Privacy\n",
            "####### Privacy\n",
            " # Privacy\n",
            "[a](#a)\n[b](#b)\n",
            "[a] (#a)\n[b] (#b)\n[c] (#c)\n",
            "**One** and **two**\n",
            "*one\n-two\n+ three\n",
        ] {
            assert!(!looks_like_markdown(text), "{text}");
        }
        assert!(looks_like_markdown(&format!("{}# Privacy\n", "Text\n".repeat(1999))));
        assert!(!looks_like_markdown(&format!("{}# Privacy\n", "Text\n".repeat(2000))));
    }
}
