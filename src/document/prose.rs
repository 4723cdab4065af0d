//! Prose: text as a reader sees it, with the way back to the bytes it came from.
//!
//! Markup is gone, character references are decoded, curly quotes and dashes are folded to their ASCII forms, white
//! space is collapsed, and characters that show nothing (soft hyphens, zero-width and bidirectional controls) are left
//! out. Owns the fold and the map; knows no document format.

use std::ops::Range;
use std::sync::Arc;

use crate::source::{SourceFile, Span};

/// A half-open range of bytes of one [`Prose`], on character boundaries. Not a [`Span`]: that counts the file's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProseSpan {
    /// The first byte, 0-based.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

impl ProseSpan {
    /// What of it lies in a stretch that it meets, counted from the start of that.
    pub(super) fn within(self, stretch: Self) -> Self {
        Self { start: self.start.max(stretch.start) - stretch.start, end: self.end.min(stretch.end) - stretch.start }
    }
}

/// A link in prose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What the reader sees of it.
    pub label: ProseSpan,
    /// Where it leads, as the document writes it; cut where it is longer than any address. A link that goes on over many
    /// blocks is in each of them, and they share its target.
    pub target: Arc<str>,
}

/// Text as a reader sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prose {
    text: String,
    pieces: Vec<Piece>,
    links: Vec<Link>,
}

/// A stretch of prose and where it comes from. Where both have the same length they run in step, byte by byte;
/// else the piece is one character, or one reference, and any part of it comes from the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    prose: ProseSpan,
    source: Span,
}

impl Piece {
    fn in_step(self) -> bool {
        self.prose.end - self.prose.start == self.source.end() - self.source.start()
    }

    /// What of it lies in a stretch of prose, counted from the start of that.
    fn cut(self, stretch: ProseSpan) -> Self {
        let prose = self.prose.within(stretch);
        let source = match self.in_step() {
            true => {
                let start = self.source.start() + (stretch.start.max(self.prose.start) - self.prose.start);
                Span::new(start, start + (prose.end - prose.start))
            }
            false => self.source,
        };
        Self { prose, source }
    }
}

impl Prose {
    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The links, in the order of their labels.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// Whether there is nothing to see.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// All of it.
    pub fn whole(&self) -> ProseSpan {
        ProseSpan { start: 0, end: self.text.len() }
    }

    /// Where a stretch of prose stands in the file. An empty prose has no place, and the empty span at 0.
    pub fn span(&self, stretch: ProseSpan) -> Span {
        let Some(first) = self.piece_at(stretch.start) else { return Span::new(0, 0) };
        let last = self.piece_at(stretch.end.saturating_sub(1).max(stretch.start)).unwrap_or(first);
        let start = match first.in_step() {
            true => first.source.start() + (stretch.start - first.prose.start),
            false => first.source.start(),
        };
        let end = match last.in_step() {
            true => last.source.start() + (stretch.end.min(last.prose.end) - last.prose.start),
            false => last.source.end(),
        };
        Span::new(start, end.max(start))
    }

    /// Parts of it as proses of their own, with white space at their ends left out; `stretches` are in order and apart.
    pub(super) fn slices(&self, stretches: impl IntoIterator<Item = ProseSpan>) -> impl Iterator<Item = Self> {
        let mut pieces = self.pieces.as_slice();
        // The links that have started, and may go on in the next part.
        let mut started: Vec<&Link> = Vec::new();
        let mut links = self.links.iter().peekable();
        stretches.into_iter().map(move |stretch| {
            let stretch = self.trimmed(stretch);
            let inside = |piece: &Piece| piece.prose.start < stretch.end;
            let passed = pieces.iter().take_while(|piece| piece.prose.end <= stretch.start).count();
            pieces = &pieces[passed..];
            let cut_pieces = pieces.iter().take_while(|piece| inside(piece)).map(|piece| piece.cut(stretch)).collect();
            started.retain(|link| stretch.start < link.label.end);
            while let Some(link) = links.next_if(|link| link.label.start < stretch.end) {
                started.push(link);
            }
            let shown = started.iter().filter(|link| stretch.start < link.label.end);
            Self {
                text: self.text[stretch.start..stretch.end].to_owned(),
                pieces: cut_pieces,
                links: shown.map(|link| Link { label: link.label.within(stretch), ..(*link).clone() }).collect(),
            }
        })
    }

    /// A part of it as a prose of its own, with white space at its ends left out.
    pub(super) fn slice(&self, stretch: ProseSpan) -> Self {
        self.slices([stretch]).next().unwrap_or_default()
    }

    /// Several proses in a row with `between` set between them, which comes from nowhere.
    pub(super) fn joined<'p>(parts: impl IntoIterator<Item = &'p Self>, between: &str) -> Self {
        let mut joined = Self::default();
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            if !joined.is_empty() {
                let here = joined.pieces.last().map_or(0, |piece| piece.source.end());
                let start = joined.text.len();
                joined.text.push_str(between);
                let prose = ProseSpan { start, end: joined.text.len() };
                joined.pieces.push(Piece { prose, source: Span::new(here, here) });
            }
            let shift = joined.text.len();
            let moved = |span: ProseSpan| ProseSpan { start: span.start + shift, end: span.end + shift };
            joined.text.push_str(&part.text);
            joined
                .pieces
                .extend(part.pieces.iter().map(|piece| Piece { prose: moved(piece.prose), source: piece.source }));
            let links = part.links.iter().map(|link| Link { label: moved(link.label), target: link.target.clone() });
            joined.links.extend(links);
        }
        joined
    }

    pub(super) fn trimmed(&self, stretch: ProseSpan) -> ProseSpan {
        let text = &self.text[stretch.start..stretch.end];
        let start = stretch.start + (text.len() - text.trim_start().len());
        ProseSpan { start, end: start + text.trim().len() }
    }

    fn piece_at(&self, offset: usize) -> Option<Piece> {
        let idx = self.pieces.partition_point(|piece| piece.prose.start <= offset);
        self.pieces.get(idx.saturating_sub(1)).copied()
    }
}

/// Builds one block's prose out of what a reader finds: text, references, breaks, links, strong words.
#[derive(Debug)]
pub(super) struct ProseBuilder<'s> {
    source: &'s SourceFile,
    prose: Prose,
    /// White space seen since the last visible character, as a range of the source text.
    space: Option<Range<usize>>,
    open_links: Vec<(usize, Arc<str>)>,
    strong_from: Option<usize>,
    strong: Vec<ProseSpan>,
    breaks: Vec<usize>,
}

/// The longest target of a link that is kept, in bytes. Browsers take no longer addresses.
const LONGEST_TARGET: usize = 2000;

/// What [`ProseBuilder`] leaves of a block.
#[derive(Clone, Debug, Default)]
pub(super) struct BlockText {
    /// The prose.
    pub(super) prose: Prose,
    /// The strong (bold) stretches.
    pub(super) strong: Vec<ProseSpan>,
    /// Where the author broke the line by hand: prose offsets of the first character after it.
    pub(super) breaks: Vec<usize>,
}

impl<'s> ProseBuilder<'s> {
    pub(super) fn new(source: &'s SourceFile) -> Self {
        Self {
            source,
            prose: Prose::default(),
            space: None,
            open_links: Vec::new(),
            strong_from: None,
            strong: Vec::new(),
            breaks: Vec::new(),
        }
    }

    /// Text that stands in the source as it is to be read; `range` is in bytes of the source text.
    pub(super) fn push(&mut self, range: Range<usize>) {
        let text = self.source.text();
        let mut at = range.start;
        // A piece is in step with the file, so what is copied in one go must be, too.
        let mut in_step = self.source.in_step_until(range.clone());
        while at < range.end {
            let plain = plain_length(&text[at..in_step.max(at)]);
            if plain > 0 {
                self.show(&text[at..at + plain], at..at + plain);
                at += plain;
            } else if let Some(character) = text[at..range.end].chars().next() {
                let next = at + character.len_utf8();
                self.push_character(character, at..next);
                at = next;
            }
            if at >= in_step {
                in_step = self.source.in_step_until(at..range.end);
            }
        }
    }

    /// A character reference or an escape: what it shows, and the range of the source text that stands for it.
    pub(super) fn push_decoded(&mut self, shown: &str, range: &Range<usize>) {
        for character in shown.chars() {
            self.push_character(character, range.clone());
        }
    }

    /// White space that the format implies, such as the end of a line inside a paragraph.
    pub(super) fn space(&mut self, range: Range<usize>) {
        self.push_character(' ', range);
    }

    /// The end of a line that the author set by hand.
    pub(super) fn line_break(&mut self, range: Range<usize>) {
        self.push_character(' ', range);
        // The space itself is written with the next visible character, which will stand one byte further on.
        let next = self.prose.text.len() + 1;
        if self.prose.text.is_empty() || self.breaks.last() == Some(&next) {
            return;
        }
        self.breaks.push(next);
    }

    /// A link that was not closed ends where the next one starts, so that links never overlap.
    pub(super) fn start_link(&mut self, target: &str) {
        self.end_link();
        let mut end = target.len().min(LONGEST_TARGET);
        while !target.is_char_boundary(end) {
            end -= 1;
        }
        self.open_links.push((self.prose.text.len(), target[..end].into()));
    }

    pub(super) fn end_link(&mut self) {
        if let Some((start, target)) = self.open_links.pop() {
            self.close_link(start, target);
        }
    }

    pub(super) fn start_strong(&mut self) {
        self.strong_from.get_or_insert(self.prose.text.len());
    }

    pub(super) fn end_strong(&mut self) {
        if let Some(start) = self.strong_from.take() {
            let stretch = self.prose.trimmed(ProseSpan { start, end: self.prose.text.len() });
            if stretch.start < stretch.end {
                self.strong.push(stretch);
            }
        }
    }

    /// Whether nothing visible has come yet.
    pub(super) fn is_empty(&self) -> bool {
        self.prose.text.is_empty()
    }

    /// The block's text; the builder starts anew, links and strong text that are still open go on in the next block.
    pub(super) fn take(&mut self) -> BlockText {
        let strong_goes_on = self.strong_from.is_some();
        self.end_strong();
        let open = std::mem::take(&mut self.open_links);
        for (start, target) in &open {
            self.close_link(*start, target.clone());
        }
        // The builder keeps its room for the next block; what it leaves takes no more than it needs.
        let mut prose = Prose {
            text: self.prose.text.as_str().to_owned(),
            pieces: self.prose.pieces.as_slice().to_vec(),
            links: std::mem::take(&mut self.prose.links),
        };
        self.prose.text.clear();
        self.prose.pieces.clear();
        prose.links.sort_by_key(|link| link.label);
        let taken =
            BlockText { prose, strong: std::mem::take(&mut self.strong), breaks: std::mem::take(&mut self.breaks) };
        self.space = None;
        self.open_links = open.into_iter().map(|(_, target)| (0, target)).collect();
        self.strong_from = strong_goes_on.then_some(0);
        taken
    }

    fn close_link(&mut self, start: usize, target: Arc<str>) {
        let label = self.prose.trimmed(ProseSpan { start, end: self.prose.text.len() });
        if label.start < label.end {
            self.prose.links.push(Link { label, target });
        }
    }

    fn push_character(&mut self, character: char, range: Range<usize>) {
        match fold(character) {
            Folded::Hidden => {}
            Folded::Space => {
                let start = self.space.take().map_or(range.start, |space| space.start.min(range.start));
                self.space = Some(start..range.end.max(start));
            }
            Folded::Shown(shown) => self.show(shown.encode_utf8(&mut [0; 4]), range),
        }
    }

    /// Adds text as it is to be read, and before it the space that is due.
    fn show(&mut self, shown: &str, range: Range<usize>) {
        if let Some(space) = self.space.take()
            && !self.prose.text.is_empty()
        {
            self.append(" ", space);
        }
        self.append(shown, range);
    }

    fn append(&mut self, shown: &str, range: Range<usize>) {
        let start = self.prose.text.len();
        self.prose.text.push_str(shown);
        let piece = Piece { prose: ProseSpan { start, end: self.prose.text.len() }, source: self.source.span(range) };
        if let Some(last) = self.prose.pieces.last_mut()
            && last.in_step()
            && piece.in_step()
            && last.source.end() == piece.source.start()
        {
            last.prose.end = piece.prose.end;
            last.source = last.source.cover(piece.source);
            return;
        }
        self.prose.pieces.push(piece);
    }
}

/// How much of a text, from its start, is shown as it is: visible characters with single spaces between them.
fn plain_length(text: &str) -> usize {
    const BLOCK: usize = 16;
    let bytes = text.as_bytes();
    if bytes.first() == Some(&b' ') {
        return 0;
    }
    let mut at = 0;
    loop {
        // Many bytes at a time, each with the one after it.
        while let Some(block) = bytes[at..].first_chunk::<{ BLOCK + 1 }>()
            && (0..BLOCK).fold(true, |plain, idx| {
                plain & (b' '..=b'~').contains(&block[idx]) & ((block[idx] != b' ') | (block[idx + 1] != b' '))
            })
        {
            at += BLOCK;
        }
        match bytes.get(at) {
            Some(b'!'..=b'~') => at += 1,
            Some(b' ') if bytes.get(at + 1) != Some(&b' ') => at += 1,
            Some(0x80..) => match text[at..].chars().next() {
                Some(character) if matches!(fold(character), Folded::Shown(shown) if shown == character) => {
                    at += character.len_utf8();
                }
                _ => break,
            },
            _ => break,
        }
    }
    // Whether a space at the end is one is told by what comes next.
    if at > 0 && bytes[at - 1] == b' ' { at - 1 } else { at }
}

enum Folded {
    Shown(char),
    Space,
    Hidden,
}

fn fold(character: char) -> Folded {
    match character {
        '!'..='~' => Folded::Shown(character),
        // U+237D is the picture of a no-break space, left over from a conversion.
        '\u{237D}' => Folded::Space,
        _ if character.is_whitespace() || character.is_control() => Folded::Space,
        '\u{AD}'
        | '\u{34F}'
        | '\u{61C}'
        | '\u{180E}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{E0000}'..='\u{E0FFF}' => Folded::Hidden,
        '\u{2018}'..='\u{201B}' | '\u{2032}' | '\u{B4}' => Folded::Shown('\''),
        '\u{201C}'..='\u{201F}' | '\u{2033}' | '\u{AB}' | '\u{BB}' => Folded::Shown('"'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Folded::Shown('-'),
        _ => Folded::Shown(character),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn prose_of(text: &str) -> (SourceFile, Prose) {
        let source = SourceFile::new("a", text.as_bytes());
        let mut builder = ProseBuilder::new(&source);
        builder.push(0..source.text().len());
        let prose = builder.take().prose;
        (source, prose)
    }

    #[test]
    fn folds_and_maps_back() {
        let (source, prose) = prose_of("  We\u{A0}\n don\u{2019}t \u{2014} so\u{AD}ld ");
        assert_eq!(prose.text(), "We don't - sold");
        let sold = ProseSpan { start: 11, end: 15 };
        assert_eq!(source.slice(prose.span(sold)), "so\u{AD}ld");
        let dont = ProseSpan { start: 3, end: 8 };
        assert_eq!(source.slice(prose.span(dont)), "don\u{2019}t");
    }

    proptest! {
        #[test]
        fn stretches_read_as_their_characters_do(
            text in "([a-z]{0,20}|  ?|[\n\t.&]|[\u{80}-\u{24F}]|[\u{2010}-\u{2020}\u{200B}\u{FEFF}\u{2003}]|\\PC){0,20}",
            damaged in proptest::option::of(0..40_usize),
        ) {
            let utf16 = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
            let mut damaged_text = text.clone().into_bytes();
            damaged_text.extend(damaged.map(|_| 0xFF));
            let length = damaged_text.len();
            damaged_text.rotate_right(damaged.unwrap_or_default().min(length));
            for bytes in [text.clone().into_bytes(), utf16, damaged_text] {
                let source = SourceFile::new("a", &bytes);
                let mut whole = ProseBuilder::new(&source);
                whole.push(0..source.text().len());
                let mut single = ProseBuilder::new(&source);
                for (at, character) in source.text().char_indices() {
                    single.push_character(character, at..at + character.len_utf8());
                }
                prop_assert_eq!(whole.take().prose, single.take().prose);
            }
        }
    }

    #[test]
    fn a_link_is_in_every_part_that_it_meets() {
        let source = SourceFile::new("a", b"One two. Three. Four");
        let mut builder = ProseBuilder::new(&source);
        builder.push(0..4);
        builder.start_link("outer");
        builder.push(4..9);
        builder.start_link("inner");
        builder.push(9..14);
        builder.end_link();
        builder.push(14..15);
        builder.end_link();
        builder.push(15..20);
        let prose = builder.take().prose;
        let stretches = [(0, 8), (9, 15), (16, 20)].map(|(start, end)| ProseSpan { start, end });
        let labels: Vec<Vec<(&str, Arc<str>)>> = prose
            .slices(stretches)
            .zip(["One two.", "Three.", "Four"])
            .map(|(part, text)| {
                let label = |link: &Link| (&text[link.label.start..link.label.end], link.target.clone());
                part.links().iter().map(label).collect()
            })
            .collect();
        let outer: Arc<str> = "outer".into();
        assert_eq!(labels, [vec![("two.", outer)], vec![("Three", "inner".into())], Vec::new()]);
    }

    #[test]
    fn a_slice_keeps_its_places() {
        let (source, prose) = prose_of("One  two. \u{201C}Three\u{201D} four");
        let part = prose.slice(ProseSpan { start: 8, end: 17 });
        assert_eq!(part.text(), "\"Three\"");
        assert_eq!(source.slice(part.span(part.whole())), "\u{201C}Three\u{201D}");
    }
}
