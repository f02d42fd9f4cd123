//! The storage of numbers of lists, for as long as flows point to them.

use netflow_core::Numbers;

use crate::c_types::netflow_numbers;

/// Numbers that stay where they are until all of them are gone: blocks are filled one after the
/// other and never grow.
#[derive(Debug, Default)]
pub(crate) struct NumberLists {
    blocks: Vec<Vec<u32>>,
    /// The block that is being filled.
    current: usize,
}

/// Numbers of a block, or more if one list has more.
const BLOCK: usize = 1024;

impl NumberLists {
    /// Keeps a list.
    pub(super) fn keep(&mut self, numbers: &Numbers<'_>) -> netflow_numbers {
        let count = numbers.iter().count();
        let block = self.block(count);
        let start = block.len();
        block.extend(numbers.iter().take(count));
        netflow_numbers::new(block.get(start..).unwrap_or_default())
    }

    /// Forgets all lists. What few blocks are needed for is kept for the next.
    pub(crate) fn clear(&mut self) {
        if self.blocks.is_empty() {
            return;
        }
        self.blocks.truncate(1);
        self.blocks.retain(|block| block.capacity() <= BLOCK);
        self.blocks.iter_mut().for_each(Vec::clear);
        self.current = 0;
    }

    /// A block with room for this many.
    fn block(&mut self, count: usize) -> &mut Vec<u32> {
        let has_room = |block: &Vec<u32>| block.capacity().saturating_sub(block.len()) >= count;
        if !self.blocks.get(self.current).is_some_and(has_room) {
            self.blocks.push(Vec::with_capacity(count.max(BLOCK)));
            self.current = self.blocks.len() - 1;
        }
        &mut self.blocks[self.current]
    }
}
