//! What every match of a regular expression holds, so that texts without it need not be searched, nor the expression be
//! compiled for them.
//!
//! The expression is read by hand, and only as far as the answer is sure: of one that is written with anything else
//! nothing is known, and all texts are searched. Letters are compared without their case, whatever the expression says.

use std::borrow::Cow;

use super::digest::{Digest, mark, prefix};
use super::frozen::{Frozen, Written};

/// What every match of a regular expression holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prefilter {
    /// The punctuation marks and digits that every match holds.
    marks: u64,
    /// The marks that one of the literals holds each: a text with none of them has no match. Nothing if a literal has none.
    one_of: u64,
    /// The same of those that stand after a space.
    one_first: u64,
    /// The kinds of characters that a text ends with that has a match. Nothing if it may end with any.
    ends: u64,
    /// A match holds one of these; nothing is known if there are none.
    literals: Vec<Literal>,
}

/// A text that a match may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Literal {
    /// In lower case, of ASCII characters.
    text: Cow<'static, str>,
    place: Place,
    marks: u64,
    /// Those of them that stand after a space.
    firsts: u64,
    /// The first three characters of a word in it, as a digest keeps them.
    prefix: Option<usize>,
    /// The place of its rarest character.
    rarest: usize,
}

/// Where a literal stands in the searched text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Anywhere,
    Start,
    End,
}

impl Prefilter {
    /// What the matches of a regular expression hold, as far as it is known.
    pub(crate) fn of(regex: &str) -> Self {
        let mut reader = Reader { rest: regex };
        let read = reader.alternatives(false).filter(|_| reader.rest.is_empty());
        let Some(mut node) = read else { return Self::default() };
        let marks = node.marks();
        let sought = node.best().map(|set| set.sought).unwrap_or_default();
        let literals: Vec<Literal> = sought.into_iter().map(Literal::new).collect();
        let kinds = |kind: &dyn Fn(&Literal) -> u64| {
            let whole = literals.iter().all(|literal| kind(literal) != 0);
            if whole { literals.iter().fold(0, |kinds, literal| kinds | kind(literal)) } else { 0 }
        };
        let last = |literal: &Literal| match literal.place {
            Place::End => literal.text.bytes().last().map_or(0, ends_with),
            Place::Anywhere | Place::Start => 0,
        };
        Self {
            marks,
            one_of: kinds(&|literal| literal.marks),
            one_first: kinds(&|literal| literal.firsts),
            ends: kinds(&last),
            literals,
        }
    }

    /// Whether a text may have a match; its digest tells what it holds.
    pub(crate) fn passes(&self, text: &str, digest: &Digest) -> bool {
        // Two letters outside of ASCII are the same as "s" and "k" where case does not matter.
        if digest.is_foreign() && text.contains(['\u{17F}', '\u{212A}']) {
            return true;
        }
        let ends = || text.bytes().last().map_or(0, ends_with);
        digest.has(self.marks)
            && (self.one_of == 0 || digest.has_any(self.one_of))
            && (self.one_first == 0 || digest.has_any_first(self.one_first))
            && (self.ends == 0 || self.ends & ends() != 0)
            && (self.literals.is_empty() || self.literals.iter().any(|literal| literal.is_in(text, digest)))
    }
}

impl Prefilter {
    pub(super) fn freeze(&self, written: &mut Written) {
        let Self { marks, one_of, one_first, ends, literals } = self;
        [marks, one_of, one_first, ends].into_iter().for_each(|kinds| written.long(*kinds));
        written.count(literals.len());
        for Literal { text, place, marks, firsts, prefix, rarest } in literals {
            written.text(text);
            written.count(*place as usize);
            written.long(*marks);
            written.long(*firsts);
            // 0 stands for none.
            written.count(prefix.map_or(0, |prefix| prefix + 1));
            written.count(*rarest);
        }
    }

    pub(super) fn thaw(frozen: &mut Frozen) -> Self {
        let [marks, one_of, one_first, ends] = [(); 4].map(|()| frozen.long());
        let literal = |frozen: &mut Frozen| Literal {
            text: Cow::Borrowed(frozen.text()),
            place: match frozen.count() {
                0 => Place::Anywhere,
                1 => Place::Start,
                _ => Place::End,
            },
            marks: frozen.long(),
            firsts: frozen.long(),
            prefix: frozen.count().checked_sub(1),
            rarest: frozen.count(),
        };
        let literals = (0..frozen.count()).map(|_| literal(frozen)).collect();
        Self { marks, one_of, one_first, ends, literals }
    }
}

/// The kind of the last character of a text, without regard to case.
fn ends_with(byte: u8) -> u64 {
    mark(byte.to_ascii_lowercase())
}

impl Literal {
    fn new(sought: Sought) -> Self {
        let prefix = sought.word().map(|at| prefix(sought.text.as_bytes(), at));
        let bytes = sought.text.as_bytes();
        let rarest = (0..bytes.len()).max_by_key(|at| rarity(bytes[*at])).unwrap_or_default();
        let firsts = bytes.windows(2).filter(|pair| pair[0] == b' ' && !pair[1].is_ascii_alphabetic());
        let firsts = firsts.fold(0, |firsts, pair| firsts | mark(pair[1]));
        Self { marks: marks_of(&sought.text), firsts, prefix, rarest, place: sought.place, text: sought.text.into() }
    }

    fn is_in(&self, text: &str, digest: &Digest) -> bool {
        if !digest.has(self.marks)
            || !digest.has_first(self.firsts)
            || self.prefix.is_some_and(|prefix| !digest.may_have_word(prefix))
        {
            return false;
        }
        let (bytes, sought) = (text.as_bytes(), self.text.as_bytes());
        let Some(last) = bytes.len().checked_sub(sought.len()) else { return false };
        let is_at = |at: usize| bytes[at..at + sought.len()].eq_ignore_ascii_case(sought);
        match self.place {
            Place::Start => is_at(0),
            Place::End => is_at(last),
            Place::Anywhere => {
                let rarest = sought[self.rarest];
                let found = memchr::memchr2_iter(rarest, rarest.to_ascii_uppercase(), bytes);
                let starts = found.filter_map(|at| at.checked_sub(self.rarest));
                starts.take_while(|at| *at <= last).any(is_at)
            }
        }
    }
}

/// A text that may be looked for.
#[derive(Debug, PartialEq, Eq)]
struct Sought {
    text: String,
    /// Whether it starts a word, if it starts with a letter or a digit.
    starts_word: bool,
    place: Place,
}

impl Sought {
    /// The first place where a word starts of which three characters are known.
    fn word(&self) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let is_start = |at: usize| match at.checked_sub(1) {
            None => self.starts_word || self.place == Place::Start,
            Some(before) => !bytes[before].is_ascii_alphanumeric(),
        };
        let places = 0..bytes.len().saturating_sub(2);
        places.filter(|at| bytes[*at].is_ascii_alphanumeric()).find(|at| is_start(*at))
    }

    /// Whether all that holds another text holds this one.
    fn covers(&self, other: &Self) -> bool {
        self.place == Place::Anywhere
            && other.text.contains(&self.text)
            && (self.word().is_none() || self.word() == other.word() && other.text.starts_with(&self.text))
    }

    /// How rare it is, in bits.
    fn rarity(&self) -> u32 {
        let anchored = if self.place == Place::Anywhere { 0 } else { ANCHORED };
        let characters: u32 = self.text.bytes().map(rarity).sum();
        let starts = if self.word().is_some() { STARTED } else { 0 };
        (characters / 2 + anchored + starts).min(MOST)
    }
}

/// How much rarer a text is at the end of another one than anywhere, in bits.
const ANCHORED: u32 = 10;

/// How much rarer it is where it starts a word.
const STARTED: u32 = 2;

/// Beyond this, all is equally rare.
const MOST: u32 = 30;

/// How rare a character is in running text, in half bits.
fn rarity(byte: u8) -> u32 {
    match byte {
        b' ' => 4,
        b'a' | b'e' | b'i' | b'n' | b'o' | b'r' | b's' | b't' => 5,
        b'j' | b'q' | b'x' | b'z' => 12,
        b'a'..=b'z' => 7,
        b'.' | b',' => 12,
        b'0'..=b'9' | b'(' | b')' | b'"' | b'-' | b'\'' => 14,
        _ => 18,
    }
}

/// The punctuation marks and digits of a text.
fn marks_of(text: &str) -> u64 {
    text.bytes().filter(|byte| !byte.is_ascii_alphabetic()).fold(0, |marks, byte| marks | mark(byte))
}

/// Texts of which a match holds one.
#[derive(Debug)]
struct Set {
    sought: Vec<Sought>,
    /// How often one of them is to be expected; the less, the better.
    weight: u64,
}

impl Set {
    fn new(mut sought: Vec<Sought>) -> Self {
        // What another one is part of need not be looked for.
        sought.sort_by_key(|sought| sought.text.len());
        let mut kept: Vec<Sought> = Vec::new();
        for sought in sought {
            if !kept.iter().any(|known| *known == sought || known.covers(&sought)) {
                kept.push(sought);
            }
        }
        let weight = kept.iter().map(|sought| 1 << (MOST - sought.rarity())).sum();
        Self { sought: kept, weight }
    }
}

/// A part of a regular expression.
#[derive(Debug)]
struct Node {
    /// All that it can match, in lower case; nothing if that is too much.
    strings: Option<Vec<Start>>,
    /// The rarest texts of which its matches hold one each, where that is not what the strings say.
    set: Option<Set>,
    /// The punctuation marks and digits that all its matches hold, besides what the strings say.
    marks: u64,
    /// Whether the strings start words, if they start with letters or digits.
    starts_word: bool,
}

/// What a match starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Start {
    text: String,
    /// Whether that is all of it.
    whole: bool,
}

impl Start {
    /// A text as far as it is followed.
    fn of(text: &str) -> Self {
        let whole = text.len() <= LONGEST_STRING;
        Self { text: text[..text.len().min(LONGEST_STRING)].to_ascii_lowercase(), whole }
    }

    fn whole(text: impl Into<String>) -> Self {
        Self { text: text.into(), whole: true }
    }

    fn open(self) -> Self {
        Self { whole: false, ..self }
    }
}

impl Node {
    fn anything() -> Self {
        Self { strings: None, set: None, marks: 0, starts_word: false }
    }

    fn strings(strings: Vec<Start>) -> Self {
        Self { strings: Some(strings), set: None, marks: 0, starts_word: false }
    }

    fn marks(&self) -> u64 {
        self.marks | self.strings.as_ref().map_or(0, |strings| shared_marks(strings))
    }

    /// The texts to be looked for, which are no longer its own.
    fn best(&mut self) -> Option<Set> {
        if self.set.is_some() {
            return self.set.take();
        }
        let strings = self.strings.as_ref().filter(|strings| strings.iter().all(|start| !start.text.is_empty()))?;
        let sought = strings.iter().map(|start| Sought {
            text: start.text.clone(),
            starts_word: self.starts_word,
            place: Place::Anywhere,
        });
        Some(Set::new(sought.collect()))
    }
}

/// The punctuation marks and digits that are in all of some texts.
fn shared_marks(strings: &[Start]) -> u64 {
    strings.iter().fold(u64::MAX, |marks, start| marks & marks_of(&start.text))
}

/// What stands in a row in a regular expression.
enum Item {
    Node(Node),
    /// The start of the text.
    Start,
    /// The end of the text.
    End,
    /// The start or the end of a word.
    Boundary,
    /// Something that takes no text, and of which nothing is known.
    Nothing,
}

/// More texts than this are too much to look for.
const MOST_STRINGS: usize = 60;

/// The rest of a longer text is not looked at.
const LONGEST_STRING: usize = 24;

/// How many texts in a row are followed at once.
const MOST_WINDOWS: usize = 4;

/// Reads a regular expression; gives nothing where it meets what it doesn't know.
struct Reader<'r> {
    rest: &'r str,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let next = characters.next()?;
        self.rest = characters.as_str();
        Some(next)
    }

    fn skip(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// All up to the end of the group. Where it stands at the boundary of a word, a letter in front starts one.
    fn alternatives(&mut self, at_boundary: bool) -> Option<Node> {
        let first = self.row(at_boundary)?;
        if self.peek() != Some('|') {
            return Some(first);
        }
        let mut nodes = vec![first];
        while self.skip("|") {
            nodes.push(self.row(at_boundary)?);
        }
        let marks = nodes.iter().fold(u64::MAX, |marks, node| marks & node.marks());
        let count: Option<usize> = nodes.iter().map(|node| Some(node.strings.as_ref()?.len())).sum();
        let is_little = count.is_some_and(|count| count <= MOST_STRINGS);
        // What follows makes more of few strings than of the texts to be looked for in them.
        if is_little && nodes.iter().all(|node| node.set.is_none()) {
            let strings = nodes.into_iter().flat_map(|node| node.strings.unwrap_or_default()).collect();
            return Some(Node { strings: Some(strings), set: None, marks, starts_word: at_boundary });
        }
        let sets: Option<Vec<Set>> = nodes.iter_mut().map(Node::best).collect();
        let set = sets.map(|sets| Set::new(sets.into_iter().flat_map(|set| set.sought).collect()));
        let strings = nodes.into_iter().map(|node| node.strings).collect::<Option<Vec<_>>>();
        let strings = strings.map(|strings| strings.concat()).filter(|_| is_little);
        let set = set.filter(|set| set.sought.len() <= MOST_STRINGS);
        Some(Node { strings, set, marks, starts_word: at_boundary })
    }

    /// All up to the next alternative.
    fn row(&mut self, at_boundary: bool) -> Option<Node> {
        // Most alternatives are words.
        let length = plain(self.rest);
        if self.rest[length..].starts_with(['|', ')']) {
            let (text, rest) = self.rest.split_at(length);
            self.rest = rest;
            let strings = Some(vec![Start::of(text)]);
            return Some(Node { strings, set: None, marks: 0, starts_word: at_boundary });
        }
        let mut row = Row::new(at_boundary);
        while let Some(next) = self.peek()
            && next != '|'
            && next != ')'
        {
            if let Some(item) = self.item(row.at_boundary)? {
                row.push(item);
            }
        }
        Some(row.end())
    }

    /// The next item with what says how often it stands; nothing inside for what only sets flags.
    fn item(&mut self, at_boundary: bool) -> Option<Option<Item>> {
        // What stands before a sign of repetition is one character.
        let length = match plain(self.rest) {
            length if self.rest[length..].starts_with(['*', '+', '?', '{']) => length.saturating_sub(1),
            length => length,
        };
        if length > 1 {
            let (text, rest) = self.rest.split_at(length);
            self.rest = rest;
            return Some(Some(Item::Node(Node::strings(vec![Start::of(text)]))));
        }
        let mut item = match self.next()? {
            '(' => {
                if self.skip("?") {
                    let end = self.rest.find([':', ')'])?;
                    let (flags, rest) = self.rest.split_at(end);
                    // Other flags change how the rest is to be read.
                    if !flags.chars().all(|flag| "iusU-".contains(flag)) {
                        return None;
                    }
                    self.rest = &rest[1..];
                    if rest.starts_with(')') {
                        return Some(None);
                    }
                    if self.skip("\\b)") {
                        return Some(Some(Item::Boundary));
                    }
                }
                let node = self.alternatives(at_boundary)?;
                if !self.skip(")") {
                    return None;
                }
                Item::Node(node)
            }
            '[' => Item::Node(self.class()?),
            '.' => Item::Node(Node::anything()),
            '^' => Item::Start,
            '$' => Item::End,
            '\\' => self.escaped()?,
            '*' | '+' | '?' | '{' => return None,
            literal => Item::Node(character(literal)),
        };
        while let Some((least, most)) = self.repetition()? {
            let Item::Node(node) = item else { return None };
            item = Item::Node(repeated(node, least, most));
        }
        Some(Some(item))
    }

    fn escaped(&mut self) -> Option<Item> {
        Some(match self.next()? {
            'b' if self.peek() != Some('{') => Item::Boundary,
            'B' => Item::Nothing,
            'A' => Item::Start,
            'z' => Item::End,
            'd' | 'D' | 'w' | 'W' | 's' | 'S' | 'n' | 'r' | 't' => Item::Node(Node::anything()),
            'u' => {
                let digits = self.rest.get(..4)?;
                u16::from_str_radix(digits, 16).ok()?;
                self.rest = &self.rest[4..];
                Item::Node(Node::anything())
            }
            literal if literal.is_ascii_punctuation() => Item::Node(character(literal)),
            _ => return None,
        })
    }

    /// How often the item before stands, at least and at most; nothing inside where nothing is said.
    fn repetition(&mut self) -> Option<Option<(usize, Option<usize>)>> {
        let counts = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                let (counts, _) = self.rest[1..].split_once('}')?;
                self.rest = &self.rest[counts.len() + 1..];
                match counts.split_once(',') {
                    None => (counts.parse().ok()?, Some(counts.parse().ok()?)),
                    Some((least, "")) => (least.parse().ok()?, None),
                    Some((least, most)) => (least.parse().ok()?, Some(most.parse().ok()?)),
                }
            }
            _ => return Some(None),
        };
        self.next();
        self.skip("?");
        Some(Some(counts))
    }

    /// The characters of a class, where they are few.
    fn class(&mut self) -> Option<Node> {
        let is_negated = self.skip("^");
        let mut strings: Vec<Start> = Vec::new();
        let mut is_known = !is_negated;
        let mut is_first = true;
        loop {
            let one = match self.next()? {
                ']' if !is_first => break,
                // What stands in a class first, and classes in classes, are read by rules of their own.
                ']' | '[' | '&' | '~' => return None,
                '\\' => match self.escaped()? {
                    Item::Node(Node { strings: Some(strings), .. }) => strings.first()?.text.chars().next()?,
                    Item::Node(_) => '\u{FFFD}',
                    _ => return None,
                },
                character => character,
            };
            is_first = false;
            let mut last = one;
            if self.rest.starts_with('-') && !self.rest.starts_with("-]") {
                self.next();
                last = match self.next()? {
                    '\\' | '[' | ']' | '-' => return None,
                    character => character,
                };
            }
            if !one.is_ascii() || !last.is_ascii() || last < one || last as usize - one as usize > MOST_STRINGS {
                is_known = false;
                continue;
            }
            for character in one..=last {
                let start = Start::whole(character.to_ascii_lowercase());
                if !strings.contains(&start) {
                    strings.push(start);
                }
            }
        }
        let few = is_known && strings.len() <= MOST_STRINGS;
        Some(if few { Node::strings(strings) } else { Node::anything() })
    }
}

/// How many bytes at the start of an expression stand for themselves.
fn plain(regex: &str) -> usize {
    regex.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b" -,'\"/:;=!@#%<>_~&".contains(byte)).count()
}

/// A character that stands for itself.
fn character(literal: char) -> Node {
    if literal.is_ascii() { Node::strings(vec![Start::whole(literal.to_ascii_lowercase())]) } else { Node::anything() }
}

fn repeated(node: Node, least: usize, most: Option<usize>) -> Node {
    if most == Some(0) {
        return Node::strings(vec![Start::whole("")]);
    }
    if least == 0 {
        let mut strings = node.strings;
        if let Some(strings) = &mut strings {
            if most != Some(1) {
                strings.iter_mut().for_each(|start| start.whole = false);
            }
            strings.push(Start::whole(""));
        }
        let strings = strings.filter(|strings| strings.len() <= MOST_STRINGS);
        return Node { strings, set: None, marks: 0, starts_word: false };
    }
    let is_more = most != Some(least);
    let strings = node.strings.as_ref().map(|strings| match strings.as_slice() {
        [Start { text, whole: true }] if least * text.len() <= LONGEST_STRING => {
            vec![Start { text: text.repeat(least), whole: !is_more }]
        }
        _ => {
            let is_one = least == 1 && !is_more;
            strings.iter().cloned().map(|start| if is_one { start } else { start.open() }).collect()
        }
    });
    Node { strings, ..node }
}

/// Items in a row, as far as they are read.
struct Row {
    windows: Vec<Window>,
    /// What the whole row starts with; nothing if that is too much.
    strings: Option<Vec<Start>>,
    set: Option<Set>,
    marks: u64,
    /// Whether what comes next starts a word, if it is a letter or a digit.
    at_boundary: bool,
    /// Whether what comes next stands at the start of the text.
    at_start: bool,
}

/// Texts that follow each other.
#[derive(Debug)]
struct Window {
    strings: Vec<Start>,
    starts_word: bool,
    at_start: bool,
}

impl Row {
    fn new(at_boundary: bool) -> Self {
        let mut row = Self {
            windows: Vec::new(),
            strings: Some(vec![Start::whole("")]),
            set: None,
            marks: 0,
            at_boundary,
            at_start: false,
        };
        row.open();
        row
    }

    fn open(&mut self) {
        let strings = vec![Start::whole("")];
        self.windows.pop_if(|window| window.strings == strings);
        self.windows.push(Window { strings, starts_word: self.at_boundary, at_start: self.at_start });
        if self.windows.len() > MOST_WINDOWS {
            let window = self.windows.remove(0);
            self.close(window.strings, window.starts_word, window.at_start, Place::Anywhere);
        }
    }

    fn push(&mut self, item: Item) {
        match item {
            Item::Node(node) => self.push_node(node),
            Item::Start => {
                (self.at_boundary, self.at_start) = (true, true);
                self.open();
            }
            Item::Boundary => {
                self.at_boundary = true;
                self.open();
            }
            Item::End => {
                for window in std::mem::take(&mut self.windows) {
                    self.close(window.strings, window.starts_word, window.at_start, Place::End);
                }
                self.open();
            }
            Item::Nothing => {}
        }
    }

    fn push_node(&mut self, node: Node) {
        self.marks |= node.marks;
        self.offer(node.set);
        let Some(strings) = node.strings else {
            self.strings = self.strings.take().map(|strings| strings.into_iter().map(Start::open).collect());
            for window in std::mem::take(&mut self.windows) {
                self.close(window.strings, window.starts_word, window.at_start, Place::Anywhere);
            }
            (self.at_boundary, self.at_start) = (false, false);
            self.open();
            return;
        };
        // A text that starts with a space or a mark is worth a look for itself: what stands before it may be too much.
        let is_mark = |start: &Start| start.text.starts_with(|c: char| !c.is_ascii_alphanumeric());
        if strings.iter().all(is_mark) {
            self.open();
        }
        self.strings = self.strings.take().and_then(|known| joined(&known, &strings));
        let mut too_much = false;
        for window in std::mem::take(&mut self.windows) {
            match joined(&window.strings, &strings) {
                Some(strings) => self.windows.push(Window { strings, ..window }),
                None => {
                    self.close(window.strings, window.starts_word, window.at_start, Place::Anywhere);
                    too_much = true;
                }
            }
        }
        if too_much && self.windows.is_empty() {
            self.windows.push(Window {
                strings: strings.clone(),
                starts_word: self.at_boundary,
                at_start: self.at_start,
            });
        }
        let ends_in_mark = |start: &Start| start.whole && start.text.ends_with(|c: char| !c.is_ascii_alphanumeric());
        let is_empty = |start: &Start| start.whole && start.text.is_empty();
        self.at_start &= strings.iter().all(is_empty);
        self.at_boundary = strings.iter().all(|start| ends_in_mark(start) || self.at_boundary && is_empty(start));
    }

    /// Takes the texts of a window for what a match holds.
    fn close(&mut self, strings: Vec<Start>, starts_word: bool, at_start: bool, end: Place) {
        if strings.iter().any(|start| start.text.is_empty()) {
            return;
        }
        self.marks |= shared_marks(&strings);
        let sought = strings.into_iter().map(|start| {
            let place = match end {
                Place::End if start.whole => Place::End,
                _ if at_start => Place::Start,
                _ => Place::Anywhere,
            };
            Sought { text: start.text, starts_word, place }
        });
        self.offer(Some(Set::new(sought.collect())));
    }

    fn offer(&mut self, set: Option<Set>) {
        if let Some(set) = set
            && self.set.as_ref().is_none_or(|known| set.weight <= known.weight)
        {
            self.set = Some(set);
        }
    }

    fn end(mut self) -> Node {
        for window in std::mem::take(&mut self.windows) {
            self.close(window.strings, window.starts_word, window.at_start, Place::Anywhere);
        }
        Node { strings: self.strings, set: self.set, marks: self.marks, starts_word: false }
    }
}

/// The texts of two parts that follow each other; nothing if they are too many.
fn joined(known: &[Start], next: &[Start]) -> Option<Vec<Start>> {
    let whole = known.iter().filter(|start| start.whole).count();
    if known.len() - whole + whole * next.len() > MOST_STRINGS {
        return None;
    }
    let mut joined: Vec<Start> = Vec::new();
    for start in known {
        if !start.whole || start.text.len() >= LONGEST_STRING {
            joined.push(start.clone().open());
            continue;
        }
        joined.extend(
            next.iter().map(|next| Start { text: [start.text.as_str(), &next.text].concat(), whole: next.whole }),
        );
    }
    Some(joined)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    fn passes(regex: &str, text: &str) -> bool {
        Prefilter::of(regex).passes(text, &Digest::of(text))
    }

    #[test]
    fn a_text_without_what_a_match_holds_is_told() {
        for (regex, met, not_met) in [
            (r"(?i-u)\b(updated?|revis(ed|ion))( on)?\b", "Last Revision", "We review and upload"),
            (r"(?i)(?-u:\b)see,? [^.]+", "(See, above", "seen oversee. it"),
            (r"\[(your |the )?name\]", "To [your Name]", "To [your name"),
            (r"\b(to|at) [.,;]( |$)", "Write to .", "Write to us. Or not."),
            (r"\b(please|for more[a-z ]*) (visit|e-?mail)$", "For more facts e-mail", "Please visit us"),
            (r"^(date|version)\b", "Version 2", "The version"),
            (r"\b(policy|notice):$", "This is the notice:", "The notice: this"),
            (r"[Xx]{3,}|\.{4}", "A XXX b", "X xx. ... x"),
            (r"\d+ [Ss]ections? [0-9]", "1 section 2", "sections"),
            (r"(?i)skip", "\u{17F}\u{212A}ip", "ship"),
        ] {
            assert!(passes(regex, met), "{regex}: {met}");
            assert!(!passes(regex, not_met), "{regex}: {not_met}");
        }
    }

    /// A bracket or a quotation mark by itself: not in a group or a class, not one of several, not one that may be absent.
    #[test]
    fn a_mark_is_held_by_every_match() {
        for (regex, mark) in [
            (r#"(?i)see,? "[^"]{4,}""#, Some('"')),
            (r"\{\{[^{}]+\}\}", Some('{')),
            (r"(?i)\[(your|our)? name\]", Some('[')),
            (r"\( *\)", Some('(')),
            (r"\[x\]|_{6,}", None),
            (r"(\[x\])?y", None),
            (r#"x"?y"#, None),
            (r#"[("]x"#, None),
            (r"x{2,3}", None),
            (r"[\]\[]x\(", Some('(')),
        ] {
            // Holds all that the expressions speak of, but for the brackets and quotation marks.
            let text = "see, your name x xx xxx y ______ ]x)";
            let with = |mark: char| {
                format!("{text} \" ( ) [ ] {{ }} {{{{a}}}} [x] [your name] [ name] see \"xyzw\" ]x( (x {mark}")
            };
            assert!(passes(regex, &with('.')), "{regex}");
            if let Some(mark) = mark {
                assert!(!passes(regex, &with('.').replace(mark, "")), "{regex}");
            }
        }
    }

    #[test]
    fn of_what_is_not_known_nothing_is_said() {
        for regex in ["(?x) a b", "(?m)^b", r"\p{Lu}b", "(?P<n>b)", "[[:alpha:]]b", "[]b]", r"\x62", "b*", "b|", ""] {
            assert!(passes(regex, "a"), "{regex}");
        }
    }

    fn regex() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            4 => "[abks]{1,3}",
            2 => "[ .(,:]".prop_map(|mark| regex::escape(&mark)),
            1 => Just(r"\b".to_owned()),
            1 => Just(".".to_owned()),
            1 => Just("[a-c.]".to_owned()),
            1 => Just("[^a]".to_owned()),
            1 => Just("^".to_owned()),
            1 => Just("$".to_owned()),
            1 => Just("(?i)".to_owned()),
            1 => Just(r"(?-u:\b)".to_owned()),
        ];
        part.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..4).prop_map(|row| row.concat()),
                prop::collection::vec(inner.clone(), 1..4).prop_map(|texts| format!("({})", texts.join("|"))),
                (inner, prop_oneof![Just("?"), Just("*"), Just("+"), Just("{2}"), Just("{1,2}"), Just("{2,}?")])
                    .prop_map(|(inner, count)| format!("(?:{inner}){count}")),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_match_is_missed(regex in regex(), texts in prop::collection::vec("[abcksABKS .(,:é\u{17F}_-]{0,12}", 1..24)) {
            let Ok(compiled) = Regex::new(&regex) else { return Ok(()) };
            let prefilter = Prefilter::of(&regex);
            for text in &texts {
                let matches = compiled.find_iter(text).any(|found| !found.is_empty());
                prop_assert!(!matches || prefilter.passes(text, &Digest::of(text)), "{regex}: {text:?} {prefilter:?}");
            }
        }
    }
}
