//! Phrases of built-in rules as they are written when the program is built: by the numbers of what they were compiled to.

use std::borrow::Cow;

use super::numbers::{Frozen, Written};

/// How far from each other the parts of a statement may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Within {
    /// In the clause itself.
    Clause,
    /// In it or so many clauses before or after it.
    Clauses(usize),
    /// In the clauses under the same heading.
    Section,
    /// Anywhere.
    Document,
}

/// What is looked for in a clause, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbered {
    Pattern(usize),
    Regex(usize),
}

/// What to look for in a clause, and what must be there besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NumberedPhrase {
    pub(crate) search: Numbered,
    pub(crate) heading: Option<usize>,
    pub(crate) with: Option<(usize, Within)>,
    pub(crate) not: Option<usize>,
    pub(crate) not_under: Option<usize>,
    pub(crate) value: Option<Cow<'static, str>>,
}

impl NumberedPhrase {
    /// A phrase that nothing else need be there with.
    pub(crate) fn sure(search: Numbered) -> Self {
        Self { search, heading: None, with: None, not: None, not_under: None, value: None }
    }

    fn is_sure(&self) -> bool {
        *self == Self::sure(self.search)
    }

    pub(super) fn freeze(&self, written: &mut Written) {
        let (kind, number) = match self.search {
            Numbered::Pattern(number) => (0, number),
            Numbered::Regex(number) => (2, number),
        };
        written.count(number << 2 | kind | usize::from(!self.is_sure()));
        if self.is_sure() {
            return;
        }
        // 0 stands for none.
        let one_more = |number: Option<usize>| number.map_or(0, |number| number + 1);
        written.count(one_more(self.heading));
        written.count(one_more(self.not));
        written.count(one_more(self.not_under));
        written.count(one_more(self.with.map(|(number, _)| number)));
        if let Some((_, within)) = self.with {
            written.count(match within {
                Within::Clause => 0,
                Within::Section => 1,
                Within::Document => 2,
                Within::Clauses(count) => 3 + count,
            });
        }
        written.text(self.value.as_deref().unwrap_or_default());
    }

    pub(super) fn thaw(frozen: &mut Frozen) -> Self {
        let head = frozen.count();
        let number = head >> 2;
        let search = if head & 2 == 0 { Numbered::Pattern(number) } else { Numbered::Regex(number) };
        if head & 1 == 0 {
            return Self::sure(search);
        }
        let [heading, not, not_under, with] = [(); 4].map(|()| frozen.count().checked_sub(1));
        let within = |frozen: &mut Frozen| match frozen.count() {
            0 => Within::Clause,
            1 => Within::Section,
            2 => Within::Document,
            count => Within::Clauses(count - 3),
        };
        let with = with.map(|number| (number, within(frozen)));
        let value = Some(frozen.text()).filter(|value| !value.is_empty()).map(Cow::Borrowed);
        Self { search, heading, with, not, not_under, value }
    }
}
