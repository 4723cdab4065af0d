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

    /// The bytes of the file that each character of a prose comes from.
    fn origins(source: &SourceFile, prose: &Prose) -> Vec<(char, String)> {
        let place = |at: usize, character: char| ProseSpan { start: at, end: at + character.len_utf8() };
        let of =
            |(at, character): (usize, char)| (character, source.slice(prose.span(place(at, character))).to_owned());
        prose.text().char_indices().map(of).collect()
    }

    #[test]
    fn a_part_of_a_prose_comes_from_where_it_came_in_the_whole() {
        let (source, prose) = prose_of(" We\u{A0}don\u{2019}t \u{2014}  \u{AB}s\u{AD}ell\u{BB} it\u{2026} ");
        let whole = origins(&source, &prose);
        let bounds: Vec<usize> = prose.text().char_indices().map(|(at, _)| at).chain([prose.text().len()]).collect();
        for (idx, start) in bounds.iter().copied().enumerate() {
            for end in bounds[idx..].iter().copied() {
                let stretch = ProseSpan { start, end };
                let (part, trimmed) = (prose.slice(stretch), prose.trimmed(stretch));
                assert_eq!(part.text(), prose.text()[start..end].trim());
                let skipped = prose.text()[..trimmed.start].chars().count();
                let expected = whole.iter().skip(skipped).take(part.text().chars().count());
                assert_eq!(origins(&source, &part), expected.cloned().collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn proses_in_a_row_keep_their_places_and_links() {
        let source = SourceFile::new("a", "One \u{201C}two\u{201D}".as_bytes());
        let mut builder = ProseBuilder::new(&source);
        builder.push(0..4);
        let one = builder.take().prose;
        builder.start_link("#two");
        builder.push(4..source.text().len());
        builder.end_link();
        let two = builder.take().prose;
        let joined = Prose::joined([&Prose::default(), &one, &Prose::default(), &two, &one], " | ");
        assert_eq!(joined.text(), "One | \"two\" | One");
        assert_eq!(joined.links(), [Link { label: ProseSpan { start: 6, end: 11 }, target: "#two".into() }]);
        let of = |start, end| source.slice(joined.span(ProseSpan { start, end }));
        assert_eq!((of(0, 3), of(6, 7), of(7, 10), of(6, 11)), ("One", "\u{201C}", "two", "\u{201C}two\u{201D}"));
        assert_eq!((of(14, 17), of(0, 11)), ("One", "One \u{201C}two\u{201D}"));
        // What stands between them comes from nowhere.
        assert_eq!((of(3, 6), of(11, 14)), ("", ""));
        assert_eq!(Prose::default().span(ProseSpan { start: 0, end: 0 }), Span::new(0, 0));
    }

    #[test]
    fn strong_text_and_breaks_have_their_places() {
        let source = SourceFile::new("a", b"One two  three four");
        let mut builder = ProseBuilder::new(&source);
        builder.line_break(0..0);
        builder.start_strong();
        builder.push(0..4);
        builder.end_strong();
        builder.end_strong();
        builder.push(4..8);
        builder.line_break(8..8);
        builder.line_break(8..9);
        builder.start_strong();
        builder.end_strong();
        builder.push(9..15);
        builder.start_strong();
        let first = builder.take();
        assert_eq!(first.prose.text(), "One two three");
        assert_eq!(first.strong, [ProseSpan { start: 0, end: 3 }]);
        assert_eq!(first.breaks, [8]);
        assert!(builder.is_empty());
        // Strong text that is still open goes on.
        builder.push(15..19);
        assert!(!builder.is_empty());
        let second = builder.take();
        assert_eq!((second.strong, second.breaks), (vec![ProseSpan { start: 0, end: 4 }], Vec::new()));
    }

    #[test]
    fn a_target_is_cut_where_no_address_is_so_long() {
        let source = SourceFile::new("a", b"One");
        let kept = |target: &str| {
            let mut builder = ProseBuilder::new(&source);
            builder.start_link(target);
            builder.push(0..3);
            builder.take().prose.links()[0].target.len()
        };
        assert_eq!(kept(&"x".repeat(LONGEST_TARGET)), LONGEST_TARGET);
        assert_eq!(kept(&"x".repeat(LONGEST_TARGET + 1)), LONGEST_TARGET);
        assert_eq!(kept(&"\u{6211}".repeat(LONGEST_TARGET)), LONGEST_TARGET - 2);
    }

    #[test]
    fn what_shows_nothing_is_left_out_and_what_looks_alike_is_one() {
        let shown = |text: &str| prose_of(&format!("a{text}b")).1.text().to_owned();
        for hidden in "\u{AD}\u{34F}\u{61C}\u{180E}\u{200B}\u{200F}\u{202A}\u{202E}\u{2060}\u{206F}\u{FE00}\u{FE0F}\u{FEFF}\u{E0000}\u{E0FFF}".chars() {
            assert_eq!(shown(&hidden.to_string()), "ab", "{hidden:?}");
        }
        for space in "\u{237D}\u{A0}\u{2003}\u{3000}\t\n\u{7}\u{85}".chars() {
            assert_eq!(shown(&format!("{space} {space}")), "a b", "{space:?}");
        }
        for (characters, mark) in [
            ("'\u{2018}\u{2019}\u{201A}\u{201B}\u{2032}\u{B4}", "a'b"),
            ("\"\u{201C}\u{201D}\u{201E}\u{201F}\u{2033}\u{AB}\u{BB}", "a\"b"),
            ("-\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2015}\u{2212}", "a-b"),
        ] {
            for character in characters.chars() {
                assert_eq!(shown(&character.to_string()), mark, "{character:?}");
            }
        }
        for other in "\u{E9}\u{6211}\u{2026}\u{1F512}~!".chars() {
            assert_eq!(shown(&other.to_string()), format!("a{other}b"));
        }
    }
}
