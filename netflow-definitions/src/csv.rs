//! CSV: the registry of IANA, and one of our own.

use netflow_core::element::{self, DataType, DefinedElement, ElementId, Semantics, Units};
use netflow_core::field::FlowField;

use crate::{LineFault, LocatedElement};

/// Whether a line is the header of one of these two formats.
pub(crate) fn is_header(line: &str) -> bool {
    let cells: Vec<_> = line.split(',').map(normal).collect();
    cells.iter().any(|cell| cell == "name")
        && cells
            .iter()
            .any(|cell| column(cell).is_some_and(|it| it == CsvColumn::Id))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CsvColumn {
    Enterprise,
    Id,
    Name,
    Type,
    Semantics,
    Units,
    SameAs,
}

pub(crate) fn normal(cell: &str) -> String {
    cell.trim().trim_matches('"').to_lowercase()
}

fn column(name: &str) -> Option<CsvColumn> {
    Some(match name {
        "pen" | "enterprise" => CsvColumn::Enterprise,
        "id" | "elementid" => CsvColumn::Id,
        "name" => CsvColumn::Name,
        "type" | "abstract data type" => CsvColumn::Type,
        "semantics" | "data type semantics" => CsvColumn::Semantics,
        "units" => CsvColumn::Units,
        "same_as" | "same as" => CsvColumn::SameAs,
        _ => return None,
    })
}

/// Reads the rows.
pub(crate) fn parse(text: &str) -> Result<Vec<LocatedElement>, LineFault> {
    let mut rows = rows(text)?.into_iter();
    let (_, header) = rows.next().unwrap_or_default();
    let columns: Vec<_> = header.iter().map(|cell| column(&normal(cell))).collect();
    let mut found = Vec::new();
    for (line, cells) in rows {
        let get = |wanted: CsvColumn| {
            let place = columns.iter().position(|column| *column == Some(wanted))?;
            cells.get(place).map(|cell| cell.trim())
        };
        let (id, name) = (
            get(CsvColumn::Id).unwrap_or(""),
            get(CsvColumn::Name).unwrap_or(""),
        );
        let type_name = get(CsvColumn::Type).unwrap_or("");
        // Reserved and unassigned numbers of IANA's have ranges or no type.
        if columns.first() != Some(&Some(CsvColumn::Enterprise))
            && (id.contains('-') || type_name.is_empty())
        {
            continue;
        }
        let expected = |what: &str, cell: &str| (line, format!("expected {what}, found {cell:?}"));
        let enterprise = get(CsvColumn::Enterprise).unwrap_or("0");
        let key = ElementId::new(
            enterprise
                .parse()
                .map_err(|_| expected("an enterprise number", enterprise))?,
            id.parse()
                .map_err(|_| expected("the number of an element", id))?,
        );
        if name.is_empty() {
            return Err(expected("a name", name));
        }
        let data_type = crate::data_type(type_name)
            .ok_or_else(|| expected("an abstract data type of RFC 7012", type_name))?;
        let mut element = DefinedElement::new(key, name, data_type);
        let semantics = get(CsvColumn::Semantics).unwrap_or("");
        if let Some(known) = (0..=u8::MAX)
            .filter_map(Semantics::from_number)
            .find(|it| it.name() == semantics)
        {
            element.semantics = known;
        }
        let units = get(CsvColumn::Units).unwrap_or("");
        if let Some(known) = (0..=u8::MAX)
            .filter_map(Units::from_number)
            .find(|it| it.name() == units)
        {
            element.units = known;
        }
        if let Some(meaning) = get(CsvColumn::SameAs).filter(|cell| !cell.is_empty()) {
            element.same_as = Some(same_as(meaning, data_type).map_err(|reason| (line, reason))?);
        }
        found.push(LocatedElement { element, line });
    }
    Ok(found)
}

/// The element that a cell names by its name, by its number (`PEN/ID`, or `ID` alone for IANA's) or by a
/// normalised field that it supplies. Its values are encoded as those of this type are.
fn same_as(cell: &str, data_type: DataType) -> Result<ElementId, String> {
    let number = || {
        let (enterprise, id) = cell.split_once('/').unwrap_or(("0", cell));
        let id = ElementId::new(enterprise.parse().ok()?, id.parse().ok()?);
        element::get(id)
    };
    let Some(known) = element::by_name(cell).or_else(number) else {
        let field = FlowField::by_name(cell);
        let elements = field.map_or(&[][..], FlowField::elements);
        let fits = |id: &&ElementId| {
            let known = element::get(**id).and_then(|known| known.data_type);
            known.is_some_and(|known| known.is_encoded_like(data_type))
        };
        return elements.iter().find(fits).copied().ok_or_else(|| {
            let what = match field {
                Some(_) => format!("an element that supplies {cell} as {}", data_type.name()),
                None => "an element of the registry".to_owned(),
            };
            format!("expected the name or number of {what}, found {cell:?}")
        });
    };
    if !known
        .data_type
        .is_some_and(|known| known.is_encoded_like(data_type))
    {
        return Err(format!(
            "expected the type of {}, which is {}, found {}",
            known.name,
            known.data_type.map_or("not known", DataType::name),
            data_type.name()
        ));
    }
    Ok(known.id)
}

/// Rows with the line where each begins; a quoted cell may have several lines (RFC 4180).
pub(crate) fn rows(text: &str) -> Result<Vec<(usize, Vec<String>)>, LineFault> {
    let mut rows = Vec::new();
    let (mut line, mut start) = (1, 1);
    let mut cells = vec![String::new()];
    let mut is_quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => {
                letters.next();
                push(&mut cells, '"');
            }
            // Inside a cell it is a character like others.
            '"' if is_quoted || cells.last().is_some_and(String::is_empty) => {
                is_quoted = !is_quoted;
            }
            ',' if !is_quoted => cells.push(String::new()),
            '\r' if !is_quoted => {}
            '\n' => {
                line += 1;
                if is_quoted {
                    push(&mut cells, '\n');
                    continue;
                }
                rows.push((start, core::mem::replace(&mut cells, vec![String::new()])));
                start = line;
            }
            letter => push(&mut cells, letter),
        }
    }
    if is_quoted {
        return Err((start, "expected a quote at the end of the cell".into()));
    }
    rows.push((start, cells));
    rows.retain(|(_, cells)| cells.iter().any(|cell| !cell.trim().is_empty()));
    Ok(rows)
}

fn push(cells: &mut [String], letter: char) {
    if let Some(cell) = cells.last_mut() {
        cell.push(letter);
    }
}
