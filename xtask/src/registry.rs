//! The tables in `registry/`, as CSV: a header row, quotes only around cells that hold a comma.

use core::str::FromStr;
use std::collections::HashMap;
use std::fs;

use crate::repository::{Result, root};

/// One row; cells are asked for by the name of their column.
#[derive(Debug)]
pub(crate) struct RegistryRow {
    place: String,
    cells: HashMap<String, String>,
}

impl RegistryRow {
    /// The text of a cell, empty where nothing is known.
    pub(crate) fn text(&self, column: &str) -> Result<&str> {
        match self.cells.get(column) {
            Some(cell) => Ok(cell),
            None => Err(format!("{}: no column {column}", self.place).into()),
        }
    }

    /// The number in a cell.
    pub(crate) fn number<T: FromStr>(&self, column: &str) -> Result<T> {
        let text = self.text(column)?;
        text.parse()
            .map_err(|_| format!("{}: {column} is {text:?}, not a number", self.place).into())
    }
}

/// Reads `registry/NAME`.
pub(crate) fn read(name: &str) -> Result<Vec<RegistryRow>> {
    let path = root().join("registry").join(name);
    let text = fs::read_to_string(path).map_err(|error| format!("registry/{name}: {error}"))?;
    let mut lines = text.lines();
    let header = cells(lines.next().unwrap_or_default());
    let mut rows = Vec::new();
    for (index, line) in lines.enumerate() {
        let place = format!("registry/{name}:{}", index + 2);
        let cells = cells(line);
        if cells.len() != header.len() {
            let (have, want) = (cells.len(), header.len());
            return Err(format!("{place}: {have} cells under {want} columns").into());
        }
        let cells = header.iter().cloned().zip(cells).collect();
        rows.push(RegistryRow { place, cells });
    }
    Ok(rows)
}

fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        match (character, cells.last_mut()) {
            ('"', _) => quoted = !quoted,
            (',', _) if !quoted => cells.push(String::new()),
            (_, Some(cell)) => cell.push(character),
            (_, None) => {}
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::cells;

    #[test]
    fn a_quoted_cell_may_hold_a_comma() {
        assert_eq!(cells("5,\"a,b\",,c"), ["5", "a,b", "", "c"]);
    }
}
