//! The counters of one structure, a column for each.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;

use arrow_array::cast::AsArray as _;
use arrow_array::{Array as _, ArrayRef, RecordBatch, StringArray, UInt32Array};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use arrow_select::concat::concat_batches;
use arrow_select::take::take;

/// Columns of the rows that say which counter it is.
const NAMES: [&str; 3] = ["structure", "format", "counter"];
/// The columns of values; each row has its value in one of them.
const VALUES: [&str; 3] = ["value", "value_float", "value_text"];

/// Turns the rows of [`CounterBatchBuilder`](super::CounterBatchBuilder), a row a counter, into a row for each
/// record of one structure, such as `if_counters`, with a column for each of its counters. The first columns
/// say who sent it and when, as before.
///
/// ```
/// use netflow_arrow::{CounterBatchBuilder, counter_columns};
///
/// let mut builder = CounterBatchBuilder::new(Default::default());
/// // ... builder.append(&message, ...) ...
/// let wide = counter_columns(&[builder.finish()?], "if_counters")?;
/// assert_eq!(wide.num_rows(), 0);
/// assert_eq!(wide.schema().field(0).name(), "exporter_address");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The batches are not those of counters, or have more than 4,294,967,295 rows.
pub fn counter_columns(
    batches: &[RecordBatch],
    structure: &str,
) -> Result<RecordBatch, ArrowError> {
    let invalid = |what: &str| ArrowError::InvalidArgumentError(what.to_owned());
    let first = batches
        .first()
        .ok_or_else(|| invalid("there is no batch"))?;
    let long = concat_batches(&first.schema(), batches)?;
    let column = |name: &str| {
        let found = long.column_by_name(name);
        found.ok_or_else(|| invalid("the columns are not those of counters"))
    };
    let (structures, counters) = (
        Words::new(column("structure")?),
        Words::new(column("counter")?),
    );
    let mut wide = WideRows::default();
    for row in 0..long.num_rows() {
        if structures.get(row) == Some(structure) {
            let index = u32::try_from(row).map_err(|_| invalid("there are too many rows"))?;
            wide.add(index, counters.get(row).unwrap_or_default());
        }
    }
    let schema = long.schema();
    let is_head = |field: &&Arc<Field>| {
        let name = field.name().as_str();
        !NAMES.contains(&name) && !VALUES.contains(&name)
    };
    let (mut fields, mut arrays) = (Vec::new(), Vec::new());
    let firsts = UInt32Array::from(wide.firsts.clone());
    for field in schema.fields().iter().filter(is_head) {
        fields.push(Arc::clone(field));
        arrays.push(take(column(field.name())?, &firsts, None)?);
    }
    let values = VALUES.iter().filter_map(|name| long.column_by_name(name));
    let values: Vec<&ArrayRef> = values.collect();
    for (counter, rows) in wide.columns() {
        let array = counter_values(&values, &rows)?;
        fields.push(Arc::new(Field::new(
            counter,
            array.data_type().clone(),
            true,
        )));
        arrays.push(array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}

/// The values of a counter in these rows, from the first column that has any.
fn counter_values(values: &[&ArrayRef], rows: &UInt32Array) -> Result<ArrayRef, ArrowError> {
    let mut empty = None;
    for column in values {
        let taken = take(column, rows, None)?;
        if taken.null_count() < taken.len() {
            return Ok(taken);
        }
        empty = empty.or(Some(taken));
    }
    empty.ok_or_else(|| ArrowError::InvalidArgumentError("there are no values".to_owned()))
}

/// Texts of a column, which may be in a dictionary.
struct Words<'a> {
    texts: Option<&'a StringArray>,
    /// For each row the place in the texts, of a dictionary.
    places: Option<Vec<usize>>,
    column: &'a ArrayRef,
}

impl<'a> Words<'a> {
    fn new(column: &'a ArrayRef) -> Self {
        if let DataType::Dictionary(..) = column.data_type() {
            let dictionary = column.as_any_dictionary();
            let texts = dictionary.values().as_string_opt::<i32>();
            // Keys into a dictionary without values would be a panic.
            let texts = texts.filter(|texts| !texts.is_empty());
            return Self {
                texts,
                places: texts.map(|_| dictionary.normalized_keys()),
                column,
            };
        }
        Self {
            texts: column.as_string_opt::<i32>(),
            places: None,
            column,
        }
    }

    fn get(&self, row: usize) -> Option<&'a str> {
        let texts = self.texts.filter(|_| self.column.is_valid(row))?;
        let place = match &self.places {
            Some(places) => *places.get(row)?,
            None => row,
        };
        (place < texts.len()).then(|| texts.value(place))
    }
}

/// Which rows of counters make a row together.
#[derive(Default)]
struct WideRows {
    /// The first counter of each.
    firsts: Vec<u32>,
    last: Option<u32>,
    /// Counters by name: their place among the columns.
    places: BTreeMap<String, usize>,
    names: Vec<String>,
    /// For each counter: the rows that have it, and where.
    counters: Vec<Vec<(usize, u32)>>,
}

impl WideRows {
    /// Adds a counter. A row is new where the counter before it is of something else, or the record before has
    /// this counter too.
    fn add(&mut self, row: u32, counter: &str) {
        let place = match self.places.get(counter) {
            Some(place) => *place,
            None => {
                let place = self.names.len();
                self.places.insert(counter.to_owned(), place);
                self.names.push(counter.to_owned());
                self.counters.push(Vec::new());
                place
            }
        };
        let present = self.firsts.len().checked_sub(1);
        let follows = self.last.and_then(|last| last.checked_add(1)) == Some(row);
        let last_of_counter = self.counters.get(place).and_then(|rows| rows.last());
        let has_it = last_of_counter.is_some_and(|(wide, _)| Some(*wide) == present);
        if !follows || has_it {
            self.firsts.push(row);
        }
        self.last = Some(row);
        let wide = self.firsts.len().saturating_sub(1);
        if let Some(rows) = self.counters.get_mut(place) {
            rows.push((wide, row));
        }
    }

    /// The counters in the order of their first values, each with a row of the counters or null.
    fn columns(&self) -> impl Iterator<Item = (&str, UInt32Array)> {
        self.names.iter().zip(&self.counters).map(|(name, rows)| {
            let mut all = vec![None; self.firsts.len()];
            for (wide, row) in rows {
                if let Some(place) = all.get_mut(*wide) {
                    *place = Some(*row);
                }
            }
            (name.as_str(), UInt32Array::from(all))
        })
    }
}
