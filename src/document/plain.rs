//! Plain text to blocks, by layout alone: blank lines, indentation, markers, underlines.
//!
//! What is a heading by its words only ("4. Legal basis", "OUR COOKIES") is left to [`super::structure`], which sees
//! what follows.

use std::ops::Range;

use super::block::{Block, BlockKind, ItemPart};
use super::line::{Marker, MarkerKind, is_title, marker};
use super::prose::ProseBuilder;
use crate::source::SourceFile;

/// Reads a range of the source text.
pub(super) fn read(source: &SourceFile, range: Range<usize>) -> Vec<Block> {
    let mut reader = Reader::new(source);
    let lines: Vec<Line<'_>> = lines(source.text(), range).collect();
    // For each line, the next one that is not blank.
    let mut next = "";
    let mut nexts = Vec::with_capacity(lines.len());
    for line in lines.iter().rev() {
        nexts.push(next);
        next = if line.text.is_empty() { next } else { line.text };
    }
    for (line, next) in lines.iter().zip(nexts.iter().rev()) {
        reader.line(line, next);
    }
    reader.flush();
    reader.blocks
}

/// A line without the white space around it.
struct Line<'s> {
    text: &'s str,
    /// Where its text starts in the source text, and how far that is indented.
    start: usize,
    indent: usize,
}

/// The lines of a range; a CRLF is one end of a line.
fn lines(text: &str, range: Range<usize>) -> impl Iterator<Item = Line<'_>> {
    let ends = memchr::memchr2_iter(b'\n', b'\r', text[range.clone()].as_bytes()).map(move |at| range.start + at + 1);
    let mut start = range.start;
    ends.chain([range.end]).filter_map(move |end| {
        let line = &text[start..end];
        let shown = line.trim_start();
        let indent = line.len() - shown.len();
        let found = Line { text: shown.trim_end(), start: start + indent, indent };
        let after_carriage_return = line == "\n" && text[..start].ends_with('\r');
        start = end;
        (!line.is_empty() && !after_carriage_return).then_some(found)
    })
}

/// The most characters of questions that are a heading by their number.
const LONGEST_QUESTION: usize = 200;

struct Reader<'s> {
    builder: ProseBuilder<'s>,
    blocks: Vec<Block>,
    /// The open list levels, outermost first: how far the marker is indented, and what kind it is.
    levels: Vec<(usize, MarkerKind)>,
    list_count: usize,
    part: ItemPart,
    /// Whether the current block is an item or goes on with one.
    in_item: bool,
    /// The number of the last heading that has one of its own, as "4." is.
    number: Option<u32>,
    /// The lines of the current block, and the end of the last one's text.
    lines: usize,
    line_end: usize,
}

impl<'s> Reader<'s> {
    fn new(source: &'s SourceFile) -> Self {
        Self {
            builder: ProseBuilder::new(source),
            blocks: Vec::new(),
            levels: Vec::new(),
            list_count: 0,
            part: ItemPart::First,
            in_item: false,
            number: None,
            lines: 0,
            line_end: 0,
        }
    }

    /// `next` is the next line that is not blank.
    fn line(&mut self, line: &Line<'_>, next: &str) {
        let Line { text, start, indent } = *line;
        if text.is_empty() {
            self.flush();
            return;
        }
        if let Some(level) = underline(text) {
            if self.lines == 1 && !self.in_item {
                self.flush_as(BlockKind::Heading(level));
            } else {
                self.flush();
            }
            return;
        }
        if let Some(marker) = marker(text) {
            if self.is_numbered_heading(text, marker, next) {
                self.flush();
                self.levels.clear();
                self.in_item = false;
                self.number = number(text);
                self.add(start..start + text.len());
                return self.flush();
            }
            self.flush();
            self.open_item(indent, marker.kind);
            self.add(start + marker.length..start + text.len());
            return;
        }
        if self.lines == 0 {
            // After a blank line an item goes on only if it is indented deeper than its marker.
            while self.levels.last().is_some_and(|(marker, _)| indent <= *marker) {
                self.levels.pop();
            }
            self.in_item = !self.levels.is_empty();
        }
        self.add(start..start + text.len());
    }

    /// "4. Legal basis" is a heading if a blank line or the start of the text is before it and text of its own comes
    /// after it, and else an item: of a contents list, or of a numbered list. One that goes on with the numbers of headings
    /// may also stand right under text, and ask at length.
    fn is_numbered_heading(&self, text: &str, this: Marker, next: &str) -> bool {
        let among_items = marker(next).is_some_and(|next| next.kind == this.kind);
        let in_numbers = self.levels.last().is_some_and(|(_, kind)| *kind == MarkerKind::Number);
        let goes_on = self.number.is_some_and(|before| number(text) == before.checked_add(1));
        let title = &text[this.length..];
        this.kind == MarkerKind::Number
            && !among_items
            && !in_numbers
            && (self.lines == 0 || goes_on)
            && (is_title(title) || (goes_on && is_question(title)))
    }

    fn open_item(&mut self, indent: usize, kind: MarkerKind) {
        while self.levels.last().is_some_and(|(open, _)| indent < *open) {
            self.levels.pop();
        }
        match self.levels.iter().position(|level| *level == (indent, kind)) {
            Some(idx) => self.levels.truncate(idx + 1),
            None => {
                if self.levels.is_empty() {
                    self.list_count += 1;
                }
                self.levels.push((indent, kind));
            }
        }
        self.in_item = true;
        self.part = ItemPart::First;
    }

    fn add(&mut self, range: Range<usize>) {
        if self.lines > 0 {
            self.builder.line_break(self.line_end..range.start);
        }
        self.lines += 1;
        self.line_end = range.end;
        self.builder.push(range);
    }

    fn flush(&mut self) {
        let kind = match self.in_item {
            true => BlockKind::Item { list: self.list_count, depth: self.levels.len().max(1), part: self.part },
            false => BlockKind::Paragraph,
        };
        self.flush_as(kind);
    }

    fn flush_as(&mut self, kind: BlockKind) {
        self.lines = 0;
        let text = self.builder.take();
        if text.prose.is_empty() {
            return;
        }
        match kind {
            BlockKind::Item { .. } => self.part = ItemPart::Further,
            _ => self.levels.clear(),
        }
        self.blocks.push(Block::new(kind, text));
    }
}

/// The number that a text starts with, if it has no parts.
fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = text[..digits].parse().ok()?;
    let rest = text[digits..].trim_start_matches(['.', ')']);
    (!rest.starts_with(|c: char| c.is_ascii_digit())).then_some(number)
}

/// Whether a text is a question, or several, and no more.
fn is_question(text: &str) -> bool {
    text.ends_with('?') && text.chars().count() <= LONGEST_QUESTION && !text.contains(". ") && !text.contains(": ")
}

/// The heading level that a line under a title gives it: "=====" 1, "-----" 2.
fn underline(text: &str) -> Option<u8> {
    let mark = text.bytes().next().filter(|byte| matches!(byte, b'=' | b'-' | b'_' | b'~' | b'*'))?;
    let whole = text.len() >= 3 && text.bytes().all(|byte| byte == mark);
    whole.then_some(if mark == b'=' { 1 } else { 2 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_lf_crlf_and_cr() {
        let text = "x one \r\n\r\n two\r\rthree\n\r\nfour";
        let found: Vec<(&str, usize, usize)> =
            lines(text, 1..text.len()).map(|line| (line.text, line.start, line.indent)).collect();
        let expected =
            [("one", 2, 1), ("", 9, 1), ("two", 11, 1), ("", 16, 1), ("three", 16, 0), ("", 23, 1), ("four", 24, 0)];
        assert_eq!(found, expected);
    }

    /// The blocks of a text, each with its kind before its lines.
    fn blocks(text: &str) -> Vec<String> {
        let source = SourceFile::new("a", text.as_bytes());
        let shown = |block: Block| {
            let kind = match block.kind {
                BlockKind::Heading(level) => format!("h{level}"),
                BlockKind::Paragraph => "p".to_owned(),
                BlockKind::Item { list, depth, part: ItemPart::First } => format!("{list}/{depth}"),
                BlockKind::Item { list, depth, part: ItemPart::Further } => format!("{list}/{depth}+"),
                other => format!("{other:?}"),
            };
            let mut shown = block.text.prose.text().to_owned();
            for at in block.text.breaks.iter().rev().filter(|at| **at < shown.len()).copied().collect::<Vec<_>>() {
                shown.replace_range(at - 1..at, "/");
            }
            format!("{kind} {shown}")
        };
        read(&source, 0..source.text().len()).into_iter().map(shown).collect()
    }

    #[test]
    fn a_line_under_one_line_makes_it_a_heading() {
        for (mark, level) in [('=', 1), ('-', 2), ('_', 2), ('~', 2), ('*', 2)] {
            let line = |length: usize| mark.to_string().repeat(length);
            assert_eq!(
                blocks(&format!("Rights\n{}\nText", line(3))),
                [format!("h{level} Rights"), "p Text".to_owned()]
            );
            assert_eq!(blocks(&format!("Rights\n{}", line(2))), [format!("p Rights/{}", line(2))]);
            // Under more than one line, or under an item, it only parts what stands around it.
            assert_eq!(blocks(&format!("One\ntwo\n{}\nthree", line(5))), ["p One/two", "p three"]);
            assert_eq!(blocks(&format!("- One\n{}\nthree", line(5))), ["1/1 One", "p three"]);
            assert_eq!(blocks(&format!("One\n\n{}\nthree", line(5))), ["p One", "p three"]);
        }
        assert_eq!(blocks("One\n-=-\n+++"), ["p One/-=-/+++"]);
    }

    #[test]
    fn a_number_before_a_title_with_text_of_its_own_makes_no_item() {
        assert_eq!(blocks("4. Rights\n\nYou have some."), ["p 4. Rights", "p You have some."]);
        assert_eq!(blocks("Text\n\n4. Rights\nYou have some."), ["p Text", "p 4. Rights", "p You have some."]);
        assert_eq!(blocks("4. Rights\n\n(a) one\n(b) two"), ["p 4. Rights", "1/1 one", "1/1 two"]);
        // Right under text, or at length, where it goes on with the numbers of headings.
        let question =
            "4. Who has it, and for how long? Who tells you, and by what means do they tell you so, and when?";
        assert_eq!(
            blocks(&format!("3. Rights\nYou have some.\n{question}\n\nWe do.\n5. Cookies\nNone.")),
            ["p 3. Rights", "p You have some.", &format!("p {question}"), "p We do.", "p 5. Cookies", "p None."]
        );
        assert_eq!(blocks("3. Rights\nSee\n5. Cookies\nNone."), ["p 3. Rights", "p See", "1/1 Cookies/None."]);
        assert_eq!(
            blocks("3. Rights\n- one\n4. Cookies\nNone."),
            ["p 3. Rights", "1/1 one", "p 4. Cookies", "p None."]
        );
        // Items: among others, right under text, or no title.
        assert_eq!(blocks("1. Rights\n2. Cookies\n\nText"), ["1/1 Rights", "1/1 Cookies", "p Text"]);
        assert_eq!(blocks("We use:\n1. Cookies\nand more"), ["p We use:", "1/1 Cookies/and more"]);
        assert_eq!(blocks("1. we keep it;\n\nText"), ["1/1 we keep it;", "p Text"]);
    }

    #[test]
    fn items_nest_by_their_indent_and_kind() {
        let text =
            "- one\n  more\n\n  further\n  - inner\n    - inmost\n  - inner\n- two\n\nText\n(a) new\n- mixed\n(b) new";
        assert_eq!(
            blocks(text),
            [
                "1/1 one/more",
                "1/1+ further",
                "1/2 inner",
                "1/3 inmost",
                "1/2 inner",
                "1/1 two",
                "p Text",
                "2/1 new",
                "2/2 mixed",
                "2/1 new",
            ]
        );
        // What is indented as far as its marker does not go on with the item.
        assert_eq!(blocks("  - one\n\n  Text"), ["1/1 one", "p Text"]);
        assert_eq!(blocks("  - one\n    - two\n\n    more\n\n Text"), ["1/1 one", "1/2 two", "1/1+ more", "p Text"]);
        assert_eq!(blocks("    - one\n  - two\n"), ["1/1 one", "2/1 two"]);
    }
}
