//! The source: a file's bytes, the text that they decode to, and positions in them.
//!
//! Three coordinates meet here. A [`Span`] counts bytes of the file as it lies on disk, a byte order mark included;
//! it is the only coordinate that leaves the core. A *text offset* counts bytes of the decoded text, in which the
//! readers of [`crate::document`] work. A [`Position`] is what a person counts: lines and columns.

use std::ops::Range;

/// A half-open range of bytes of the original file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    start: usize,
    end: usize,
}

impl Span {
    /// The span from byte `start` up to but not including byte `end`; `start` is at most `end`.
    pub fn new(start: usize, end: usize) -> Self {
        assert!(start <= end, "internal: a span ends before it starts");
        Self { start, end }
    }

    /// The first byte, 0-based.
    pub fn start(self) -> usize {
        self.start
    }

    /// The byte after the last one, 0-based.
    pub fn end(self) -> usize {
        self.end
    }

    /// Whether the span holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The smallest span that holds both.
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A place as a person counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1. CR, LF and CRLF end a line.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

/// How the bytes of a file were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark; bytes that are none become U+FFFD.
    Utf8,
    /// UTF-16, little endian, told by its byte order mark.
    Utf16LittleEndian,
    /// UTF-16, big endian, told by its byte order mark.
    Utf16BigEndian,
    /// Windows-1252: what a file is taken for that is no UTF-8 at all.
    Windows1252,
}

/// A run of characters that each take `text_step` bytes of text and `file_step` bytes of the file.
#[derive(Clone, Copy, Debug)]
struct Run {
    text: usize,
    file: usize,
    text_step: usize,
    file_step: usize,
}

/// One file: its name, its text, and the way back to its bytes.
#[derive(Clone, Debug)]
pub struct SourceFile {
    name: String,
    text: String,
    encoding: Encoding,
    size: usize,
    /// The byte order mark's length where file and text run in step, so that no run need be kept.
    lead: usize,
    runs: Vec<Run>,
    line_starts: Vec<usize>,
    /// How many characters come before every [`STEP`]th byte of the text, so that a column on a line of megabytes is
    /// found without counting from its start.
    characters: Vec<usize>,
}

/// How many bytes of text lie between two counts of characters. A report asks for a place per piece of evidence, so few
/// bytes should have to be counted for one; the counts take a thirty-second of what the text does.
const STEP: usize = 256;

impl SourceFile {
    /// Decodes a file. Any bytes will do: what cannot be decoded becomes U+FFFD, and keeps its place.
    pub fn new(name: impl Into<String>, bytes: &[u8]) -> Self {
        let decoded = decode(bytes);
        let line_starts = line_starts(&decoded.text);
        let counts = decoded.text.as_bytes().chunks(STEP).map(count_characters);
        let sums = counts.scan(0, |sum, count| {
            *sum += count;
            Some(*sum)
        });
        let characters = std::iter::once(0).chain(sums).collect();
        Self {
            name: name.into(),
            text: decoded.text,
            encoding: decoded.encoding,
            size: bytes.len(),
            lead: decoded.lead,
            runs: decoded.runs,
            line_starts,
            characters,
        }
    }

    /// The name that the file was given or found by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The decoded text, without a byte order mark.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How the bytes were read.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The size of the file in bytes.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The span in the file of a range of the text; both ends lie on character boundaries.
    pub fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.to_file(range.start), self.to_file(range.end))
    }

    /// The range of the text that a span of the file covers.
    pub fn range(&self, span: Span) -> Range<usize> {
        self.to_text(span.start)..self.to_text(span.end)
    }

    /// The text under a span.
    pub fn slice(&self, span: Span) -> &str {
        &self.text[self.range(span)]
    }

    /// The line and column of a byte of the file.
    pub fn position(&self, offset: usize) -> Position {
        let text = self.to_text(offset);
        let line = self.line_at(text);
        let column = self.characters_before(text) - self.characters_before(self.line_starts[line]) + 1;
        Position { line: line + 1, column }
    }

    fn characters_before(&self, text_offset: usize) -> usize {
        let step = text_offset / STEP;
        self.characters[step] + count_characters(&self.text.as_bytes()[step * STEP..text_offset])
    }

    /// The 0-based line that holds a text offset.
    pub(crate) fn line_at(&self, text_offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= text_offset) - 1
    }

    /// The text range of a 0-based line, its line end included; empty past the last line.
    pub(crate) fn line_range(&self, line: usize) -> Range<usize> {
        let start = self.line_starts.get(line).copied().unwrap_or(self.text.len());
        let end = self.line_starts.get(line + 1).copied().unwrap_or(self.text.len());
        start..end
    }

    /// How far text and file run in step, byte by byte, from the start of a range of the text on; at most to its end.
    pub(crate) fn in_step_until(&self, range: Range<usize>) -> usize {
        if self.runs.is_empty() {
            return range.end;
        }
        let idx = self.runs.partition_point(|run| run.text <= range.start);
        match idx.checked_sub(1).map(|idx| self.runs[idx]) {
            Some(run) if run.text_step == run.file_step => {
                self.runs.get(idx).map_or(range.end, |next| next.text.min(range.end))
            }
            _ => range.start,
        }
    }

    fn to_file(&self, text: usize) -> usize {
        let idx = self.runs.partition_point(|run| run.text <= text);
        match idx.checked_sub(1).map(|idx| self.runs[idx]) {
            Some(run) => (run.file + (text - run.text) / run.text_step * run.file_step).min(self.size),
            None => text + self.lead,
        }
    }

    fn to_text(&self, file: usize) -> usize {
        let idx = self.runs.partition_point(|run| run.file <= file);
        let text = match idx.checked_sub(1).map(|idx| self.runs[idx]) {
            Some(run) => {
                let end = self.runs.get(idx).map_or(self.text.len(), |next| next.text);
                (run.text + (file - run.file) / run.file_step * run.text_step).min(end)
            }
            None if self.runs.is_empty() => file.saturating_sub(self.lead),
            None => 0,
        };
        let mut text = text.min(self.text.len());
        while !self.text.is_char_boundary(text) {
            text -= 1;
        }
        text
    }
}

/// What bytes are that are no text, in the words of a message; nothing if they may be one. Known formats are told by what
/// their files start with, and all others by characters that no text holds.
pub fn foreign_format(bytes: &[u8]) -> Option<&'static str> {
    /// So many bytes are looked at.
    const LOOKED_AT: usize = 8192;
    let known = [
        (&b"%PDF-"[..], "a PDF document"),
        (b"PK\x03\x04", "a Word or OpenDocument file, or another archive"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old Word document"),
        (b"{\\rtf", "a Rich Text document"),
        (b"\xFF\xFE\0\0", "in UTF-32"),
        (b"\0\0\xFE\xFF", "in UTF-32"),
    ];
    if let Some((_, name)) = known.into_iter().find(|(start, _)| bytes.starts_with(start)) {
        return Some(name);
    }
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return None;
    }
    let looked_at = &bytes[..bytes.len().min(LOOKED_AT)];
    let mut zeros = [0_usize; 2];
    memchr::memchr_iter(0, looked_at).for_each(|at| zeros[at % 2] += 1);
    // A stray one is no reason to leave a policy unread.
    if 64 * (zeros[0] + zeros[1]) <= looked_at.len() {
        return None;
    }
    let (most, least) = (zeros[0].max(zeros[1]), zeros[0].min(zeros[1]));
    // Of Latin letters in UTF-16, every other byte is zero.
    let is_utf16 = 3 * most >= looked_at.len() && 8 * least <= most;
    Some(if is_utf16 { "in UTF-16 without a byte order mark" } else { "a binary file" })
}

struct Decoded {
    text: String,
    encoding: Encoding,
    lead: usize,
    runs: Vec<Run>,
}

fn decode(bytes: &[u8]) -> Decoded {
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        return decode_utf16(rest, Encoding::Utf16LittleEndian, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        return decode_utf16(rest, Encoding::Utf16BigEndian, u16::from_be_bytes);
    }
    let (lead, rest) = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => (3, rest),
        None => (0, bytes),
    };
    if let Ok(text) = std::str::from_utf8(rest) {
        return Decoded { text: text.to_owned(), encoding: Encoding::Utf8, lead, runs: Vec::new() };
    }
    if lead == 0 && !looks_like_damaged_utf8(rest) {
        return decode_windows_1252(rest);
    }
    decode_damaged_utf8(rest, lead)
}

/// Collects characters and the runs that lead from text offsets back to the file.
struct Decoder {
    text: String,
    runs: Vec<Run>,
    file: usize,
}

impl Decoder {
    fn new(capacity: usize, file: usize) -> Self {
        Self { text: String::with_capacity(capacity), runs: Vec::new(), file }
    }

    fn push(&mut self, character: char, file_step: usize) {
        self.go_on(character.len_utf8(), file_step);
        self.text.push(character);
        self.file += file_step;
    }

    /// Text that takes the very same bytes in the file.
    fn push_in_step(&mut self, text: &str) {
        if !text.is_empty() {
            self.go_on(1, 1);
            self.text.push_str(text);
            self.file += text.len();
        }
    }

    fn go_on(&mut self, text_step: usize, file_step: usize) {
        if !self.runs.last().is_some_and(|run| run.text_step == text_step && run.file_step == file_step) {
            self.runs.push(Run { text: self.text.len(), file: self.file, text_step, file_step });
        }
    }

    fn finish(self, encoding: Encoding) -> Decoded {
        Decoded { text: self.text, encoding, lead: 0, runs: self.runs }
    }
}

fn decode_utf16(bytes: &[u8], encoding: Encoding, unit: fn([u8; 2]) -> u16) -> Decoded {
    let pairs = bytes.chunks_exact(2);
    let odd = pairs.remainder().len();
    let units = pairs.map(|pair| unit([pair[0], pair[1]]));
    let mut decoder = Decoder::new(bytes.len(), 2);
    for decoded in char::decode_utf16(units) {
        let character = decoded.unwrap_or(char::REPLACEMENT_CHARACTER);
        decoder.push(character, 2 * character.len_utf16());
    }
    if odd > 0 {
        decoder.push(char::REPLACEMENT_CHARACTER, odd);
    }
    decoder.finish(encoding)
}

fn decode_windows_1252(bytes: &[u8]) -> Decoded {
    let mut decoder = Decoder::new(bytes.len() + bytes.len() / 16, 0);
    // Every byte is one character in this encoding, so characters and bytes pair up.
    let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
    let mut rest = &*text;
    while !rest.is_empty() {
        let (ascii, other) = rest.split_at(rest.bytes().position(|byte| !byte.is_ascii()).unwrap_or(rest.len()));
        decoder.push_in_step(ascii);
        let mut characters = other.chars();
        if let Some(character) = characters.next() {
            decoder.push(character, 1);
        }
        rest = characters.as_str();
    }
    decoder.finish(Encoding::Windows1252)
}

fn decode_damaged_utf8(bytes: &[u8], lead: usize) -> Decoded {
    let mut decoder = Decoder::new(bytes.len(), lead);
    for chunk in bytes.utf8_chunks() {
        decoder.push_in_step(chunk.valid());
        if !chunk.invalid().is_empty() {
            decoder.push(char::REPLACEMENT_CHARACTER, chunk.invalid().len());
        }
    }
    decoder.finish(Encoding::Utf8)
}

/// Whether most of what is not ASCII is good UTF-8: then the file is UTF-8 with some bad bytes, else it is none.
fn looks_like_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > bad
}

/// The characters that start in a stretch of UTF-8: its bytes but for those that go on with a character.
fn count_characters(bytes: &[u8]) -> usize {
    // In short stretches a byte can hold the count, and many bytes are counted at once.
    let short = bytes.chunks(128).map(|bytes| bytes.iter().map(|byte| u8::from(*byte & 0xC0 != 0x80)).sum::<u8>());
    short.map(usize::from).sum()
}

fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut starts = vec![0];
    let ends = memchr::memchr2_iter(b'\n', b'\r', bytes);
    let ends = ends.filter(|at| bytes[*at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'));
    starts.extend(ends.map(|at| at + 1));
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_count_bytes_of_the_file_in_every_encoding() {
        let utf8 = SourceFile::new("a", "\u{FEFF}né to".as_bytes());
        assert_eq!((utf8.text(), utf8.span(1..3)), ("né to", Span::new(4, 6)));

        let mut little = vec![0xFF, 0xFE];
        little.extend("n😀 to".encode_utf16().flat_map(u16::to_le_bytes));
        let utf16 = SourceFile::new("b", &little);
        assert_eq!((utf16.text(), utf16.encoding()), ("n😀 to", Encoding::Utf16LittleEndian));
        assert_eq!(utf16.span(1..5), Span::new(4, 8));
        assert_eq!(utf16.range(Span::new(4, 8)), 1..5);
        assert_eq!(utf16.span(0..8), Span::new(2, little.len()));

        let latin = SourceFile::new("c", b"caf\xE9 \x93x\x94");
        assert_eq!((latin.text(), latin.encoding()), ("café “x”", Encoding::Windows1252));
        assert_eq!(latin.span(6..9), Span::new(5, 6));
        assert_eq!(latin.slice(Span::new(3, 4)), "é");
    }

    #[test]
    fn a_bad_byte_in_utf8_costs_one_character() {
        let source = SourceFile::new("a", b"\xC3\xA9t\xC3\xA9 \xFF ok");
        assert_eq!((source.text(), source.encoding()), ("été \u{FFFD} ok", Encoding::Utf8));
        assert_eq!(source.span(10..12), Span::new(8, 10));
    }

    #[test]
    fn columns_count_characters_on_long_lines() {
        let text = format!("x\n{}y", "é😀a".repeat(5000));
        let source = SourceFile::new("a", text.as_bytes());
        assert_eq!(source.position(text.len() - 1), Position { line: 2, column: 15_001 });
        assert_eq!(source.position(2 + 7 * 3000 + 2), Position { line: 2, column: 9002 });
        assert_eq!(source.position(text.len()), Position { line: 2, column: 15_002 });
    }

    #[test]
    fn lines_end_at_lf_crlf_and_cr() {
        let source = SourceFile::new("a", b"one\r\ntwo\rthr\xC3\xA9e\nx");
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(5), Position { line: 2, column: 1 });
        assert_eq!(source.position(14), Position { line: 3, column: 5 });
        assert_eq!(source.position(16), Position { line: 4, column: 1 });
    }
}
