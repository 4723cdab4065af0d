//! HTML to blocks, by html5gum's tokens and their spans.
//!
//! The tokenizer implies no end tags, so this reader doesn't wait for them: a block-level tag, opening or closing, ends
//! the block before it. Elements that show nothing (scripts, styles, hidden ones) or only lead elsewhere (`nav`) are
//! skipped, unless their end tag is missing: then skipping would swallow the policy.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::ops::Range;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Emitter, Error, ForwardingEmitter, Span as At, Token, Tokenizer};

use super::Comment;
use super::block::{Block, BlockKind, Content, ItemPart};
use super::prose::{BlockText, Prose, ProseBuilder};
use crate::source::SourceFile;

/// Elements whose text is no part of what the policy says.
const SKIPPED: [&str; 20] = [
    "audio", "button", "canvas", "datalist", "embed", "iframe", "map", "math", "nav", "noscript", "object", "option",
    "script", "select", "style", "svg", "template", "textarea", "title", "video",
];

/// Elements that end the line of text around them.
const BLOCKS: [&str; 37] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "menu",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "ul",
];

/// Elements that can't hold anything, so that nothing of theirs can be skipped.
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// Elements that show something other than text.
const UNREAD: [&str; 4] = ["form", "img", "input", "picture"];

/// A cell longer than this, in bytes, holds running text: the table lays out a page and is no table of data.
const LONGEST_CELL: usize = 700;

/// Whether a text whose name does not tell reads like HTML.
pub(super) fn looks_like_html(text: &str) -> bool {
    let start = text.trim_start().get(..200).unwrap_or(text.trim_start()).to_ascii_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") || start.starts_with("<head") {
        return true;
    }
    // A page's fragment: block tags all over it.
    let needed = if start.starts_with('<') { 1 } else { 5 };
    let is_end =
        |at: &usize| ["</p>", "</div>", "</li>"].iter().any(|tag| text.as_bytes()[*at..].starts_with(tag.as_bytes()));
    memchr::memchr_iter(b'<', text.as_bytes()).filter(is_end).nth(needed - 1).is_some()
}

/// Reads a range of the source text.
pub(super) fn read(source: &SourceFile, range: Range<usize>) -> Content {
    let mut reader = Reader::new(source, range.clone());
    tokenize(source, range, |token, at| reader.token(token, at));
    reader.end_row();
    reader.flush_text();
    Content { blocks: reader.blocks, comments: reader.comments, anchors: reader.anchors, unread: reader.unread }
}

/// Reads a tag or a comment that stands inside of a Markdown paragraph; all but its text comes back.
pub(super) fn inline(source: &SourceFile, range: Range<usize>, builder: &mut ProseBuilder<'_>) -> Content {
    let mut content = Content::default();
    tokenize(source, range, |token, at| match token {
        Markup::Start(tag) => {
            content.anchors.extend(tag.anchors());
            match &*tag.name {
                b"br" => builder.line_break(at),
                _ => start_inline(tag, builder),
            }
        }
        Markup::End(name) => end_inline(name, builder),
        Markup::Comment(text) => content.comments.push(comment(source, text, at)),
        Markup::Text => {}
    });
    content
}

fn comment(source: &SourceFile, text: &[u8], at: Range<usize>) -> Comment {
    Comment { span: source.span(at), text: String::from_utf8_lossy(text).into_owned() }
}

/// How many elements of a name a fragment opens and leaves open; negative where it closes more than it opens.
pub(super) fn count_open(html: &str, name: &str) -> isize {
    let html = html.to_ascii_lowercase();
    let opened = html.matches(&format!("<{name}")).count();
    let closed = html.matches(&format!("</{name}")).count();
    isize::try_from(opened).unwrap_or(isize::MAX) - isize::try_from(closed).unwrap_or(isize::MAX)
}

/// What the tokenizer finds.
#[derive(Clone, Copy)]
enum Markup<'t> {
    Start(&'t Tag),
    /// An end tag, by its name.
    End(&'t [u8]),
    /// Text with its character references, to be read in the source.
    Text,
    /// A comment, by what stands between its marks.
    Comment(&'t [u8]),
}

/// A start tag.
#[derive(Default)]
struct Tag {
    name: Vec<u8>,
    self_closing: bool,
    /// Those of [`ATTRIBUTES`] that it has, with their values.
    attributes: Vec<(&'static str, String)>,
}

/// The attributes that are read.
const ATTRIBUTES: [&str; 7] = ["aria-hidden", "hidden", "href", "id", "name", "role", "style"];

impl Tag {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The names that it gives its element.
    fn anchors(&self) -> impl Iterator<Item = String> {
        let name = self.attribute("name").filter(|_| self.name == b"a");
        self.attribute("id").into_iter().chain(name).map(str::to_owned)
    }
}

/// An emitter that asks for no errors, of which any page has some: to look for them takes as long as all the rest.
struct WithoutErrors<E>(E);

impl<E: Emitter> ForwardingEmitter for WithoutErrors<E> {
    type Token = E::Token;

    fn inner(&mut self) -> &mut impl Emitter<Token = Self::Token> {
        &mut self.0
    }

    fn emit_error(&mut self, _: Error) {}

    fn should_emit_errors(&mut self) -> bool {
        false
    }
}

/// Reads the tags, texts and comments of a range of the source text, in order, each with its own range.
fn tokenize(source: &SourceFile, range: Range<usize>, mut found: impl FnMut(Markup<'_>, Range<usize>)) {
    let mut tag = Tag::default();
    let mut tag_start = 0;
    // Whether the attribute being read is one of those that are kept: the first of its name.
    let mut is_kept = false;
    let handle = |event: CallbackEvent<'_>, at: At<usize>| -> Option<Infallible> {
        let here = at.start + range.start..at.end + range.start;
        match event {
            CallbackEvent::OpenStartTag { name } => {
                tag.name.clear();
                tag.name.extend_from_slice(name);
                tag_start = here.start;
            }
            CallbackEvent::AttributeName { name } => {
                let read = ATTRIBUTES.iter().find(|read| read.as_bytes() == name);
                let new = read.filter(|read| tag.attribute(read).is_none());
                is_kept = new.is_some();
                tag.attributes.extend(new.map(|read| (*read, String::new())));
            }
            CallbackEvent::AttributeValue { value } => {
                if is_kept && let Some((_, kept)) = tag.attributes.last_mut() {
                    kept.push_str(&String::from_utf8_lossy(value));
                }
            }
            CallbackEvent::CloseStartTag { self_closing } => {
                tag.self_closing = self_closing;
                found(Markup::Start(&tag), tag_start..here.end);
                tag.attributes.clear();
            }
            CallbackEvent::EndTag { name } => {
                tag.attributes.clear();
                found(Markup::End(name), here);
            }
            CallbackEvent::String { .. } => found(Markup::Text, here),
            CallbackEvent::Comment { value } => found(Markup::Comment(value), here),
            CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => {}
        }
        None
    };
    let mut emitter = CallbackEmitter::new(handle);
    emitter.naively_switch_states(true);
    // Text in memory can be read without errors.
    let _ = Tokenizer::new_with_emitter(&source.text()[range.clone()], WithoutErrors(emitter)).finish();
}

fn start_inline(tag: &Tag, builder: &mut ProseBuilder<'_>) {
    match &*tag.name {
        b"b" | b"strong" => builder.start_strong(),
        b"a" => {
            // A link that was not closed ends where the next one starts; an anchor without a target is no link.
            builder.end_link();
            if let Some(target) = tag.attribute("href") {
                builder.start_link(target);
            }
        }
        _ => {}
    }
}

fn end_inline(name: &[u8], builder: &mut ProseBuilder<'_>) {
    match name {
        b"b" | b"strong" => builder.end_strong(),
        b"a" => builder.end_link(),
        _ => {}
    }
}

struct Reader<'s> {
    source: &'s SourceFile,
    range: Range<usize>,
    builder: ProseBuilder<'s>,
    blocks: Vec<Block>,
    comments: Vec<Comment>,
    anchors: BTreeSet<String>,
    unread: Vec<Range<usize>>,
    lists: Vec<usize>,
    list_count: usize,
    part: ItemPart,
    opened: Opened,
    skipping: Option<Skipping>,
    /// Whether a `<br>` came since the last visible text: a second one ends the block.
    broken: bool,
    /// The open tables, outermost first, and how many had column headers so far.
    tables: Vec<Table>,
    table_count: usize,
    /// For each element name, the text offset of its last end tag; found when the first element is to be skipped.
    last_end: Option<BTreeMap<String, usize>>,
}

/// What the block being read was opened as.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Opened {
    #[default]
    Text,
    Heading(u8),
    Term,
}

struct Skipping {
    name: String,
    depth: usize,
}

/// A table whose rows are being read.
#[derive(Default)]
struct Table {
    /// The table's number, where it has column headers.
    header: Option<usize>,
    cells: Vec<BlockText>,
    row: Row,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Row {
    /// Outside of a row, or in one that lays out a page.
    #[default]
    None,
    /// All cells so far are `th`.
    Header,
    /// A row of data.
    Data,
}

impl<'s> Reader<'s> {
    fn new(source: &'s SourceFile, range: Range<usize>) -> Self {
        Self {
            source,
            range,
            builder: ProseBuilder::new(source),
            blocks: Vec::new(),
            comments: Vec::new(),
            anchors: BTreeSet::new(),
            unread: Vec::new(),
            lists: Vec::new(),
            list_count: 0,
            part: ItemPart::First,
            opened: Opened::Text,
            skipping: None,
            broken: false,
            tables: Vec::new(),
            table_count: 0,
            last_end: None,
        }
    }

    fn token(&mut self, token: Markup<'_>, at: Range<usize>) {
        match token {
            Markup::Start(tag) => self.start(tag, at),
            Markup::End(name) => self.end(&String::from_utf8_lossy(name), at),
            Markup::Text if self.skipping.is_some() => {}
            Markup::Text => self.text(at),
            Markup::Comment(text) => self.comments.push(comment(self.source, text, at)),
        }
    }

    fn start(&mut self, tag: &Tag, at: Range<usize>) {
        let name = String::from_utf8_lossy(&tag.name);
        self.anchors.extend(tag.anchors());
        if let Some(skipping) = &mut self.skipping {
            let ended_unclosed = skipping.name == "p" && BLOCKS.contains(&&*name);
            skipping.depth += usize::from(skipping.name == *name && !tag.self_closing);
            if !ended_unclosed {
                return;
            }
            self.skipping = None;
        }
        if self.is_skipped(tag, &name, at.end) {
            self.skipping = Some(Skipping { name: name.into_owned(), depth: 1 });
            self.unread.push(at);
            return;
        }
        if UNREAD.contains(&&*name) {
            self.unread.push(at.clone());
        }
        match &*name {
            "br" => self.line_break(at),
            "table" => {
                self.leave_row();
                self.flush_text();
                self.tables.push(Table::default());
            }
            "tr" => self.start_row(),
            "td" | "th" => self.start_cell(&name),
            "ul" | "ol" | "menu" => {
                self.end_block(&name, at);
                self.list_count += 1;
                self.lists.push(self.list_count);
            }
            "li" => {
                self.end_block(&name, at);
                if self.lists.is_empty() {
                    self.list_count += 1;
                    self.lists.push(self.list_count);
                }
                self.part = ItemPart::First;
            }
            "dt" => {
                self.end_block(&name, at);
                self.opened = Opened::Term;
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.end_block(&name, at);
                self.opened = Opened::Heading(name.as_bytes()[1] - b'0');
            }
            _ if BLOCKS.contains(&&*name) => self.end_block(&name, at),
            _ => start_inline(tag, &mut self.builder),
        }
    }

    fn end(&mut self, name: &str, at: Range<usize>) {
        if let Some(skipping) = &mut self.skipping {
            if skipping.name == name {
                skipping.depth -= 1;
                if skipping.depth == 0 {
                    self.skipping = None;
                }
            }
            return;
        }
        match name {
            "table" => {
                self.end_row();
                self.flush_text();
                self.tables.pop();
            }
            "tr" => self.end_row(),
            "td" | "th" => self.end_cell(),
            "ul" | "ol" | "menu" => {
                self.end_block(name, at);
                self.lists.pop();
                self.part = ItemPart::Further;
            }
            _ if BLOCKS.contains(&name) => self.end_block(name, at),
            _ => end_inline(name.as_bytes(), &mut self.builder),
        }
    }

    /// Text with its character references: each is decoded by itself, so that prose maps to the very bytes.
    fn text(&mut self, at: Range<usize>) {
        let text = &self.source.text()[at.clone()];
        // Many pages fill an empty line with a space that does not break.
        let is_blank =
            ["&nbsp;", "&#160;"].into_iter().any(|space| text.split(space).all(|text| text.trim().is_empty()));
        if !is_blank {
            self.broken = false;
        }
        let mut start = 0;
        for (ampersand, _) in text.match_indices('&') {
            if ampersand < start {
                continue;
            }
            let Some(length) = text[ampersand..].bytes().take(40).position(|byte| byte == b';') else { continue };
            let end = ampersand + length + 1;
            let shown = decode_reference(&text[ampersand..end]);
            self.builder.push(at.start + start..at.start + ampersand);
            self.builder.push_decoded(&shown, &(at.start + ampersand..at.start + end));
            start = end;
        }
        self.builder.push(at.start + start..at.end);
    }

    fn line_break(&mut self, at: Range<usize>) {
        if self.broken && self.row() == Row::None {
            self.flush_text();
        } else {
            self.builder.line_break(at);
        }
        self.broken = true;
    }

    /// A block-level tag: it ends the block, but inside of a table's cell only the line.
    fn end_block(&mut self, name: &str, at: Range<usize>) {
        if self.row() == Row::None {
            self.flush_text();
        } else if matches!(
            name,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "section" | "article" | "form" | "blockquote"
        ) {
            self.leave_row();
            self.flush_text();
        } else {
            self.builder.line_break(at);
        }
    }

    fn row(&self) -> Row {
        self.tables.last().map_or(Row::None, |table| table.row)
    }

    fn start_row(&mut self) {
        self.end_row();
        self.flush_text();
        if let Some(table) = self.tables.last_mut() {
            table.row = Row::Header;
        }
    }

    fn start_cell(&mut self, name: &str) {
        self.end_cell();
        if let Some(table) = self.tables.last_mut()
            && table.row == Row::Header
            && name == "td"
        {
            table.row = Row::Data;
        }
    }

    fn end_cell(&mut self) {
        if self.row() == Row::None {
            self.flush_text();
        } else if !self.builder.is_empty() {
            let cell = self.builder.take();
            if cell.prose.text().len() > LONGEST_CELL {
                self.leave_row();
                self.blocks.push(Block::new(BlockKind::Paragraph, cell));
            } else if let Some(table) = self.tables.last_mut() {
                table.cells.push(cell);
            }
        }
    }

    fn end_row(&mut self) {
        self.end_cell();
        let Some(table) = self.tables.last_mut() else { return };
        if table.cells.len() < 2 {
            return self.leave_row();
        }
        let cells = std::mem::take(&mut table.cells);
        let prose = Prose::joined(cells.iter().map(|cell| &cell.prose), " | ");
        match std::mem::take(&mut table.row) {
            Row::Header if table.header.is_none() => {
                self.table_count += 1;
                table.header = Some(self.table_count);
                self.blocks.push(Block::row(BlockKind::Header { table: self.table_count }, prose));
            }
            _ => self.blocks.push(Block::row(BlockKind::Row { table: table.header }, prose)),
        }
    }

    /// The row turns out to lay out a page: what its cells held so far are paragraphs.
    fn leave_row(&mut self) {
        let Some(table) = self.tables.last_mut() else { return };
        table.row = Row::None;
        for cell in std::mem::take(&mut table.cells) {
            self.blocks.push(Block::new(BlockKind::Paragraph, cell));
        }
    }

    fn flush_text(&mut self) {
        let text = self.builder.take();
        self.broken = false;
        if text.prose.is_empty() {
            // An empty block: a heading or a term without text says nothing.
            self.opened = Opened::Text;
            return;
        }
        let kind = match (std::mem::take(&mut self.opened), self.lists.last()) {
            (Opened::Heading(level), _) => BlockKind::Heading(level),
            (Opened::Term, _) => BlockKind::Term,
            (Opened::Text, Some(list)) => BlockKind::Item { list: *list, depth: self.lists.len(), part: self.part },
            (Opened::Text, None) => BlockKind::Paragraph,
        };
        if matches!(kind, BlockKind::Item { .. }) {
            self.part = ItemPart::Further;
        }
        self.blocks.push(Block::new(kind, text));
    }

    fn is_skipped(&mut self, tag: &Tag, name: &str, after: usize) -> bool {
        let style = tag.attribute("style").map(|style| style.to_ascii_lowercase().replace(' ', "")).unwrap_or_default();
        let hidden = tag.attribute("hidden").is_some()
            || tag.attribute("aria-hidden").is_some_and(|value| value.eq_ignore_ascii_case("true"))
            || tag.attribute("role").is_some_and(|value| value.eq_ignore_ascii_case("navigation"))
            || style.contains("display:none")
            || style.contains("visibility:hidden");
        (hidden || SKIPPED.contains(&name)) && !tag.self_closing && !VOID.contains(&name) && self.ends(name, after)
    }

    /// Whether an end tag of this name follows.
    fn ends(&mut self, name: &str, after: usize) -> bool {
        let (source, range) = (self.source, self.range.clone());
        let last_end = self.last_end.get_or_insert_with(|| last_ends(source, range));
        last_end.get(name).is_some_and(|last| *last >= after)
    }
}

/// For each element name, the text offset of its last end tag. All are found at once: names can be made up, and a search
/// for each of them would read the page as often.
fn last_ends(source: &SourceFile, range: Range<usize>) -> BTreeMap<String, usize> {
    let text = &source.text()[range.clone()];
    let mut last_ends = BTreeMap::new();
    for (at, mark) in text.match_indices("</") {
        let rest = &text[at + mark.len()..];
        let name = rest.split(|c: char| c.is_ascii_whitespace() || "/><".contains(c)).next().unwrap_or_default();
        if !name.is_empty() && name.len() <= LONGEST_NAME {
            last_ends.insert(name.to_ascii_lowercase(), at + range.start);
        }
    }
    last_ends
}

/// The longest name of an element that can be skipped, in bytes.
const LONGEST_NAME: usize = 100;

/// What a character reference shows; itself where it is none.
fn decode_reference(reference: &str) -> Cow<'static, str> {
    // The ones that pages are full of; a tokenizer costs more than the text around the reference.
    match reference {
        "&amp;" => return Cow::Borrowed("&"),
        "&nbsp;" | "&#160;" => return Cow::Borrowed("\u{A0}"),
        "&quot;" | "&#34;" => return Cow::Borrowed("\""),
        "&rsquo;" | "&#8217;" => return Cow::Borrowed("\u{2019}"),
        "&ldquo;" | "&#8220;" => return Cow::Borrowed("\u{201C}"),
        "&rdquo;" | "&#8221;" => return Cow::Borrowed("\u{201D}"),
        _ => {}
    }
    let mut shown = String::new();
    for token in Tokenizer::new(reference).map_while(Result::ok) {
        if let Token::String(string) = token {
            shown.push_str(&String::from_utf8_lossy(&string));
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The blocks of a page, each with its kind before its text.
    fn blocks(page: &str) -> String {
        let source = SourceFile::new("a", page.as_bytes());
        let content = read(&source, 0..source.text().len());
        let shown = |block: &Block| {
            let kind = match &block.kind {
                BlockKind::Heading(level) => format!("h{level}"),
                BlockKind::Paragraph => "p".to_owned(),
                BlockKind::Item { list, depth, part } => format!("{part:?} item of list {list}, {depth} deep"),
                BlockKind::Header { table } => format!("header of table {table}"),
                BlockKind::Row { table } => format!("row of table {table:?}"),
                BlockKind::Term => "term".to_owned(),
            };
            format!("{kind}: {}", block.text.prose.text())
        };
        content.blocks.iter().map(shown).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn html_is_known_by_its_start_or_its_blocks() {
        for text in [
            "  <!DOCTYPE HTML>\n",
            "<html lang=en>",
            "<HEAD>",
            "<p>One</p>",
            "<ul><li>One</li>",
            "<div>One</div>",
            "Text </p> </p> </div> </li> </p>",
        ] {
            assert!(looks_like_html(text), "{text}");
        }
        for text in ["", "Text", "<b>One</b>", "<p>One", "Text </p> </p> </div> </li> </b> <p>", "a < b"] {
            assert!(!looks_like_html(text), "{text}");
        }
        assert!(looks_like_html(&format!("<html>{}", "\u{E9}".repeat(200))));
    }

    #[test]
    fn what_is_not_shown_is_skipped_up_to_its_end() {
        for skipped in [
            "<nav>Menu<nav>inner</nav>Menu</nav>",
            "<div hidden>Menu<div>inner</div>Menu</div>",
            "<div aria-hidden=TRUE>Menu</div>",
            "<div role=Navigation>Menu</div>",
            "<div style='Display: None'>Menu</div>",
            "<div style='visibility : hidden;'>Menu</div>",
            "<p hidden>Menu</p>",
            "<script>if (1 < 2) '</p>';</script>",
            "<NAV>Menu</NAV>",
        ] {
            assert_eq!(blocks(&format!("{skipped}<p>Shown.")), "p: Shown.", "{skipped}");
        }
        // A paragraph ends where the next block starts, hidden or not.
        assert_eq!(blocks("<p hidden>Menu<p>Shown.</p>"), "p: Shown.");
        assert_eq!(blocks("<p hidden>Menu<b>Menu</b><div>Shown.</div><p></p>"), "p: Shown.");
        // Without an end there is no telling how far it goes.
        for shown in ["<nav>Shown.", "</nav><nav>Shown.", "<nav/>Shown.", "<input hidden>Shown.</input>"] {
            assert_eq!(blocks(shown), "p: Shown.", "{shown}");
        }
        assert_eq!(blocks("<div aria-hidden=false role=main style='display:block'>Shown.</div>"), "p: Shown.");
        let long = "x".repeat(LONGEST_NAME);
        assert_eq!(blocks(&format!("<{long} hidden>Menu</{long}>Shown.")), "p: Shown.");
        assert_eq!(blocks(&format!("<{long}x hidden>Menu</{long}x>")), "p: Menu");
    }

    #[test]
    fn lists_and_line_breaks() {
        let page = "<ul><li>One<p>more</p><li>Two<ol><li>inner</ol></ul>After<li>Alone<li>Again</li></ul>\
                    <h2>Rights</h2>One<br>two<br><br>three<br> <br>four <br> <b></b>five<br>&nbsp;<br>six<br>\u{A0}&#160; <br>seven<dl><dt></dt><dd>A year</dl>";
        insta::assert_snapshot!(blocks(page), @"
        First item of list 1, 1 deep: One
        Further item of list 1, 1 deep: more
        First item of list 1, 1 deep: Two
        First item of list 2, 2 deep: inner
        p: After
        First item of list 3, 1 deep: Alone
        First item of list 3, 1 deep: Again
        h2: Rights
        p: One two
        p: three
        p: four five
        p: six
        p: seven
        p: A year
        ");
    }

    #[test]
    fn tables_of_data_and_tables_that_lay_out_a_page() {
        let page = "<table><tr><th>What<th>Why<tr><th>Who<th>Where<tr><th>Name<td>to greet<td></tr>\
                    <tr><td>Alone</tr></table>\
                    <table><tr><td>No<td>headers<tr><td><p>two</p><p>lines</p><td>here</table>\
                    <table><tr><td>Menu<td><h3>Rights</h3>You have some.<td>Rest</table>\
                    <table><tr><th>Outer<th>one<tr><td><table><tr><th>In<th>ner<tr><td>a<td>b</table><td>c</table>";
        insta::assert_snapshot!(blocks(page), @"
        header of table 1: What | Why
        row of table Some(1): Who | Where
        row of table Some(1): Name | to greet
        p: Alone
        row of table None: No | headers
        row of table None: two lines | here
        p: Menu
        h3: Rights
        p: You have some.
        p: Rest
        header of table 2: Outer | one
        header of table 3: In | ner
        row of table Some(3): a | b
        p: c
        ");
        let cell = |length: usize| format!("<table><tr><td>One<td>{}<td>Two</table>", "x".repeat(length));
        assert!(blocks(&cell(LONGEST_CELL)).starts_with("row of table None: One | x"));
        assert!(blocks(&cell(LONGEST_CELL + 1)).starts_with("p: One\np: x"));
    }

    #[test]
    fn references_are_decoded_each_by_itself() {
        for (reference, shown) in [
            ("&amp;", "&"),
            ("&nbsp;", "\u{A0}"),
            ("&#160;", "\u{A0}"),
            ("&quot;", "\""),
            ("&#34;", "\""),
            ("&rsquo;", "\u{2019}"),
            ("&#8217;", "\u{2019}"),
            ("&ldquo;", "\u{201C}"),
            ("&#8220;", "\u{201C}"),
            ("&rdquo;", "\u{201D}"),
            ("&#8221;", "\u{201D}"),
            ("&euro;", "\u{20AC}"),
            ("&#x41;", "A"),
            ("&none-such;", "&none-such;"),
        ] {
            assert_eq!(decode_reference(reference), shown);
        }
        let page = "<p>R&amp;D &lt;b&gt; &copy 5 & 6; A&T;";
        assert_eq!(blocks(page), "p: R&D <b> \u{A9} 5 & 6; A&T;");
        let source = SourceFile::new("a", page.as_bytes());
        let content = read(&source, 0..source.text().len());
        let prose = &content.blocks[0].text.prose;
        let place = |word: &str| {
            let start = prose.text().find(word).unwrap();
            source.slice(prose.span(super::super::ProseSpan { start, end: start + word.len() })).to_owned()
        };
        assert_eq!(place("R&D"), "R&amp;D");
        assert_eq!(place("<b>"), "&lt;b&gt;");
    }

    #[test]
    fn links_lead_where_their_first_target_says() {
        let page =
            "<p><a HREF='/a' href='/b'>One</a> <a name=x>two</a> <a href='/c'>three <a href='/d'>four</p><p id=y>five";
        let source = SourceFile::new("a", page.as_bytes());
        let content = read(&source, 0..source.text().len());
        let links = |block: &Block| {
            let prose = &block.text.prose;
            let shown = |link: &super::super::Link| {
                format!("{} -> {}", &prose.text()[link.label.start..link.label.end], link.target)
            };
            prose.links().iter().map(shown).collect::<Vec<_>>()
        };
        assert_eq!(links(&content.blocks[0]), ["One -> /a", "three -> /c", "four -> /d"]);
        assert_eq!(links(&content.blocks[1]), ["five -> /d"]);
        assert_eq!(content.anchors, BTreeSet::from(["x".to_owned(), "y".to_owned()]));
    }

    #[test]
    fn what_is_shown_and_is_no_text_is_told() {
        let page = "<p>One<img src=a><form><input></form><picture></picture><nav>Menu</nav><svg/>";
        let source = SourceFile::new("a", page.as_bytes());
        let unread = read(&source, 0..source.text().len()).unread;
        let shown: Vec<&str> = unread.into_iter().map(|range| &page[range]).collect();
        assert_eq!(shown, ["<img src=a>", "<form>", "<input>", "<picture>", "<nav>"]);
    }

    #[test]
    fn open_elements_are_counted() {
        assert_eq!(count_open("<nav><NAV class=a></nav>", "nav"), 1);
        assert_eq!(count_open("</nav></Nav>", "nav"), -2);
        assert_eq!(count_open("nav", "nav"), 0);
    }
}
