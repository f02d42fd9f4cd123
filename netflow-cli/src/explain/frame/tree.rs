//! Ranges of octets, nested, with what they mean.

use core::ops::Range;

use netflow_core::Error;
use netflow_core::wire::template::FieldKey;

/// What is said of octets that could not be read.
pub(super) const PASSED_OVER: &str = "passed over";
/// What is said of padding that is not as it should be.
pub(super) const PADDING: &str = "padding, not zero";

/// A range of octets and its meaning. Children lie within it, in order.
#[derive(Debug, Clone)]
pub(super) struct TreeNode {
    pub(super) range: Range<usize>,
    pub(super) meaning: String,
    pub(super) value: Option<String>,
    pub(super) is_problem: bool,
    /// A field that its value could not name; the exporter may announce its name.
    pub(super) unnamed: Option<FieldKey>,
    pub(super) children: Vec<Self>,
}

impl TreeNode {
    pub(super) fn new(range: Range<usize>, meaning: impl Into<String>) -> Self {
        Self {
            range,
            meaning: meaning.into(),
            value: None,
            is_problem: false,
            unnamed: None,
            children: Vec::new(),
        }
    }

    /// A range with its value.
    pub(super) fn leaf(
        range: Range<usize>,
        meaning: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        Self {
            value: Some(value.into()),
            ..Self::new(range, meaning)
        }
    }

    /// Makes the children cover every octet once: what none explains becomes one of its own,
    /// padding if it is zero, else `rest`. Nodes without children are left alone.
    pub(super) fn fill(&mut self, payload: &[u8], rest: &str) {
        if self.children.is_empty() && self.value.is_some() {
            return;
        }
        let mut at = self.range.start;
        let mut filled = Vec::with_capacity(self.children.len());
        for child in self.children.drain(..) {
            // What overlaps would be explained twice.
            if child.range.start < at || child.range.end > self.range.end {
                continue;
            }
            filled.extend(gap(at..child.range.start, payload, rest));
            at = child.range.end;
            filled.push(child);
        }
        filled.extend(gap(at..self.range.end, payload, rest));
        self.children = filled;
    }

    /// Adds a problem where it is: in the outermost structure that begins there, or after the
    /// leaf that holds the place. `section` is the one of the specification that is not followed.
    pub(super) fn problem(&mut self, error: &Error, octets: usize, section: Option<&'static str>) {
        let mut text = error.kind.to_string();
        if octets > 0 {
            let plural = if octets == 1 { "" } else { "s" };
            text += &format!("; {octets} octet{plural} passed over");
        }
        if let Some(section) = section {
            text += &format!(" ({section})");
        }
        let offset = error.offset.clamp(self.range.start, self.range.end);
        let mut note = Self::leaf(offset..offset, error.kind.code(), text);
        note.is_problem = true;
        self.attach(note);
    }

    fn attach(&mut self, note: Self) {
        let offset = note.range.start;
        let holds = |child: &Self| child.range.contains(&offset) && !child.is_problem;
        let Some(index) = self.children.iter().position(holds) else {
            self.children.push(note);
            return;
        };
        let child = &mut self.children[index];
        if child.children.is_empty() {
            // After the problems that are there already.
            let noted = self.children[index + 1..]
                .iter()
                .take_while(|next| next.is_problem)
                .count();
            self.children.insert(index + 1 + noted, note);
        } else if child.range.start == offset {
            let noted = child.children.iter().take_while(|next| next.is_problem);
            let noted = noted.count();
            child.children.insert(noted, note);
        } else {
            child.attach(note);
        }
    }

    /// The node that covers just this range and has others in it.
    pub(super) fn find(&mut self, range: &Range<usize>) -> Option<&mut Self> {
        if self.range == *range && !self.children.is_empty() {
            return Some(self);
        }
        let mut children = self.children.iter_mut();
        children.find_map(|child| {
            let may_hold = child.range.start <= range.start && range.end <= child.range.end;
            may_hold.then(|| child.find(range)).flatten()
        })
    }

    /// Passes each node to `change`, outer ones first.
    pub(super) fn each(&mut self, change: &mut impl FnMut(&mut Self)) {
        change(self);
        for child in &mut self.children {
            child.each(change);
        }
    }

    /// Each node with its depth, outer ones first.
    pub(super) fn walk(&self, visit: &mut impl FnMut(&Self, usize)) {
        self.visit(0, visit);
    }

    fn visit(&self, depth: usize, visit: &mut impl FnMut(&Self, usize)) {
        visit(self, depth);
        for child in &self.children {
            child.visit(depth + 1, visit);
        }
    }
}

fn gap(range: Range<usize>, payload: &[u8], rest: &str) -> Option<TreeNode> {
    if range.is_empty() {
        return None;
    }
    let octets = payload.get(range.clone()).unwrap_or_default();
    let is_padding = octets.iter().all(|octet| *octet == 0);
    let meaning = if is_padding { "padding" } else { rest };
    Some(TreeNode::leaf(range, meaning, ""))
}

/// Where these octets are in the payload; `None` if they are not part of it.
pub(super) fn place(octets: &[u8], payload: &[u8]) -> Option<Range<usize>> {
    let start = octets
        .as_ptr()
        .addr()
        .checked_sub(payload.as_ptr().addr())?;
    let end = start.checked_add(octets.len())?;
    (end <= payload.len()).then_some(start..end)
}
