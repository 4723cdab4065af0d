//! Where the entries of lists and mappings stand in YAML text, which the YAML crate does not tell.
//!
//! An error has one place; what it spoils is the smallest entry around it. With that entry blanked out, the rest can be
//! read, and says what is wrong with it in turn. The text is known to be YAML. What is rare in it (keys after `?`, keys in
//! brackets) is taken for part of the entry around.

use std::ops::Range;

/// The entries of all lists and mappings in the text, at all depths, in no order. An entry in brackets ends with its comma,
/// any other where the next one's line starts.
pub(super) fn entries(text: &str) -> Vec<Range<usize>> {
    let mut scan = Scan { text, at: 0, open: Vec::new(), entries: Vec::new() };
    while scan.at < text.len() {
        scan.line();
    }
    scan.close(|_| true, text.len());
    scan.entries
}

/// The text with blanks in the place of a range; lines stay.
pub(super) fn blank(text: &mut String, range: Range<usize>) {
    let blanks: String = text[range.clone()].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    text.replace_range(range, &blanks);
}

/// An entry outside of brackets, whose end has not come yet.
struct Open {
    start: usize,
    column: usize,
    mark: Mark,
}

/// What an entry starts with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Dash,
    Key,
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    open: Vec<Open>,
    entries: Vec<Range<usize>>,
}

impl Scan<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn skip_spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
    }

    fn next_line(&mut self) {
        self.at += self.rest().find('\n').map_or(self.rest().len(), |end| end + 1);
    }

    fn close(&mut self, closes: impl Fn(&Open) -> bool, end: usize) {
        while let Some(open) = self.open.pop_if(|open| closes(open)) {
            self.entries.push(open.start..end);
        }
    }

    /// Reads a line that starts no later than the value before it ends, and the lines that its value goes on over.
    fn line(&mut self) {
        let start = self.at;
        self.skip_spaces();
        while !self.rest().starts_with(['\n', '\r', '#']) && self.at < self.text.len() {
            let column = self.at - start;
            let (mark, length) = match (is_dash(self.rest()), key(self.rest())) {
                (true, _) => (Mark::Dash, 1),
                (false, Some(length)) => (Mark::Key, length),
                (false, None) => return self.value(),
            };
            // A list may stand as far to the left as the key that it belongs to.
            let closes = |open: &Open| {
                open.column > column || open.column == column && (mark == Mark::Key || open.mark == Mark::Dash)
            };
            self.close(closes, start);
            self.open.push(Open { start: self.at, column, mark });
            self.at += length;
            self.skip_spaces();
            if mark == Mark::Key {
                return self.value();
            }
        }
        self.next_line();
    }

    /// Skips the rest of a line, and what a value that starts there goes on over.
    fn value(&mut self) {
        while self.rest().starts_with(['&', '!']) {
            self.at += self.rest().find(char::is_whitespace).unwrap_or(self.rest().len());
            self.skip_spaces();
        }
        match self.rest().bytes().next() {
            Some(b'[' | b'{') => self.brackets(),
            Some(b'"' | b'\'') => self.quoted(),
            Some(b'\n' | b'\r' | b'#') | None => {}
            Some(_) => return self.more_indented_lines(),
        }
        self.next_line();
    }

    fn more_indented_lines(&mut self) {
        let column = self.open.last().map_or(0, |open| open.column);
        self.next_line();
        while self.at < self.text.len() {
            let indent = self.rest().len() - self.rest().trim_start_matches(' ').len();
            let is_blank = self.rest()[indent..].starts_with(['\n', '\r']);
            if indent <= column && !is_blank {
                break;
            }
            self.next_line();
        }
    }

    fn quoted(&mut self) {
        let bytes = self.rest().as_bytes();
        let quote = bytes[0];
        let mut end = 1;
        while let Some(byte) = bytes.get(end) {
            let is_escape = match quote {
                b'"' => *byte == b'\\',
                _ => *byte == quote && bytes.get(end + 1) == Some(&quote),
            };
            if !is_escape && *byte == quote {
                break;
            }
            end += if is_escape { 2 } else { 1 };
        }
        self.at += (end + 1).min(bytes.len());
    }

    fn brackets(&mut self) {
        // Where the current entry of each open bracket starts.
        let mut starts = Vec::new();
        let mut before = b' ';
        while let Some(byte) = self.rest().bytes().next() {
            match byte {
                b'[' | b'{' => starts.push(self.at + 1),
                b']' | b'}' => {
                    let start = starts.pop().unwrap_or(self.at);
                    if !self.text[start..self.at].trim().is_empty() {
                        self.entries.push(start..self.at);
                    }
                }
                b',' => {
                    if let Some(start) = starts.last_mut() {
                        self.entries.push(*start..self.at + 1);
                        *start = self.at + 1;
                    }
                }
                // Elsewhere it is part of a text: "don't".
                b'"' | b'\'' if matches!(before, b'[' | b'{' | b',' | b':') => {
                    self.quoted();
                    before = byte;
                    continue;
                }
                b'#' if self.text[..self.at].ends_with([' ', '\t', '\n']) => {
                    self.next_line();
                    continue;
                }
                _ => {}
            }
            if !byte.is_ascii_whitespace() {
                before = byte;
            }
            self.at += 1;
            while !self.text.is_char_boundary(self.at) {
                self.at += 1;
            }
            if starts.is_empty() {
                return;
            }
        }
    }
}

fn is_dash(text: &str) -> bool {
    text.strip_prefix('-').is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r']))
}

/// The length of the key that a text starts with, the colon included.
fn key(text: &str) -> Option<usize> {
    let line = text.lines().next().unwrap_or_default();
    let colon = |from: usize| {
        let ends = line[from..].match_indices(':').map(|(at, _)| from + at);
        ends.into_iter().find(|at| line[at + 1..].is_empty() || line[at + 1..].starts_with([' ', '\t']))
    };
    let end = match line.bytes().next()? {
        quote @ (b'"' | b'\'') => {
            let end = line[1..].find(char::from(quote))? + 2;
            colon(end).filter(|colon| line[end..*colon].trim().is_empty())
        }
        b'[' | b'{' | b'|' | b'>' | b'&' | b'!' | b'*' | b'#' => None,
        _ => colon(0).filter(|colon| !line[..*colon].contains(" #")),
    };
    end.map(|colon| colon + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The entries, each as the text that it starts and ends with.
    fn shown(text: &str) -> Vec<&str> {
        let mut ranges = entries(text);
        ranges.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
        ranges.into_iter().map(|range| text[range].trim()).collect()
    }

    #[test]
    fn entries_are_found_at_all_depths() {
        let list = "a:\n  - b: 1 # one\n    c:\n    - x\n    - 'it''s: y'\n  - plain\n    goes: on\n  -\n    d: |\n      e: no\n\n    f: \"g\n      - h\"\n";
        assert_eq!(
            shown(list),
            [
                list.trim(),
                "- b: 1 # one\n    c:\n    - x\n    - 'it''s: y'",
                "b: 1 # one",
                "c:\n    - x\n    - 'it''s: y'",
                "- x",
                "- 'it''s: y'",
                "- plain\n    goes: on",
                "-\n    d: |\n      e: no\n\n    f: \"g\n      - h\"",
                "d: |\n      e: no",
                "f: \"g\n      - h\"",
            ]
        );
        assert_eq!(
            shown("a: {b: [don't, 'x'', y'], # so, and so\n  'c': \"]\\\"\", d: é}\n"),
            [
                "a: {b: [don't, 'x'', y'], # so, and so\n  'c': \"]\\\"\", d: é}",
                "b: [don't, 'x'', y'],",
                "don't,",
                "'x'', y'",
                "# so, and so\n  'c': \"]\\\"\",",
                "d: é",
            ]
        );
    }

    #[test]
    fn what_is_blanked_keeps_its_lines() {
        let mut text = "a: [é,\n b]".to_owned();
        blank(&mut text, 4..10);
        assert_eq!(text, "a: [   \n  ]");
    }
}
