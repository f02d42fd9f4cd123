//! What gathers messages into batches.

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use netflow_core::{Datagram, Decoded};

/// Where a builder returns its full batches.
pub type Full<'f, B> = dyn FnMut(B) -> Result<(), ArrowError> + 'f;

/// Makes the octets of a position in a file where reading can begin.
pub type Mark<'m> = &'m dyn Fn() -> Option<Vec<u8>>;

/// What gathers rows of messages: one of the builders.
pub trait BatchBuilder {
    /// What it returns.
    type Batch;

    /// Reports a datagram before its rows, if it has any, and whether the templates of its
    /// exporter became void before it.
    fn begin(&mut self, datagram: &Datagram<'_>, begins_session: bool) {
        let _ = (datagram, begins_session);
    }

    /// Reports how many octets of the file were read, after a datagram and its rows; `mark` makes
    /// the octets from which reading can begin there, if it can.
    fn end(&mut self, position: u64, mark: Mark<'_>) {
        let _ = (position, mark);
    }

    /// Adds the rows of a message, and returns each batch that is full.
    ///
    /// # Errors
    ///
    /// `full` fails, or Arrow refuses the columns, which would be a fault of this
    /// library.
    fn append(
        &mut self,
        message: &Decoded<'_>,
        full: &mut Full<'_, Self::Batch>,
    ) -> Result<(), ArrowError>;

    /// Returns all rows since the last batch, if there are any.
    ///
    /// # Errors
    ///
    /// As for [`append`](Self::append).
    fn finish(&mut self, full: &mut Full<'_, Self::Batch>) -> Result<(), ArrowError>;
}

/// A builder all of whose batches have one schema.
pub trait UniformBatchBuilder: BatchBuilder<Batch = RecordBatch> {
    /// The schema of all batches.
    fn schema(&self) -> &SchemaRef;
}

/// `uniform!(FlowBatchBuilder)` makes the traits of a builder from its own methods of the same names.
macro_rules! uniform {
    ($($builder:ident)+) => {
        $(impl BatchBuilder for crate::$builder {
            type Batch = RecordBatch;

            fn append(
                &mut self,
                message: &Decoded<'_>,
                full: &mut Full<'_, RecordBatch>,
            ) -> Result<(), ArrowError> {
                self.append(message, full)
            }

            fn finish(&mut self, full: &mut Full<'_, RecordBatch>) -> Result<(), ArrowError> {
                some(self.finish()?, full)
            }
        }

        impl UniformBatchBuilder for crate::$builder {
            fn schema(&self) -> &SchemaRef {
                self.schema()
            }
        })+
    };
}
uniform!(FlowBatchBuilder CounterBatchBuilder);

impl BatchBuilder for crate::RecordBatchBuilder {
    type Batch = crate::TemplateBatch;

    fn append(
        &mut self,
        message: &Decoded<'_>,
        full: &mut Full<'_, Self::Batch>,
    ) -> Result<(), ArrowError> {
        self.append(message, full)
    }

    fn finish(&mut self, full: &mut Full<'_, Self::Batch>) -> Result<(), ArrowError> {
        self.finish()?.into_iter().try_for_each(full)
    }
}

/// A builder that is chosen at run time.
impl<B: BatchBuilder + ?Sized> BatchBuilder for Box<B> {
    type Batch = B::Batch;

    fn begin(&mut self, datagram: &Datagram<'_>, begins_session: bool) {
        self.as_mut().begin(datagram, begins_session);
    }

    fn end(&mut self, position: u64, mark: Mark<'_>) {
        self.as_mut().end(position, mark);
    }

    fn append(
        &mut self,
        message: &Decoded<'_>,
        full: &mut Full<'_, Self::Batch>,
    ) -> Result<(), ArrowError> {
        self.as_mut().append(message, full)
    }

    fn finish(&mut self, full: &mut Full<'_, Self::Batch>) -> Result<(), ArrowError> {
        self.as_mut().finish(full)
    }
}

/// A builder that is chosen at run time.
impl<B: UniformBatchBuilder + ?Sized> UniformBatchBuilder for Box<B> {
    fn schema(&self) -> &SchemaRef {
        self.as_ref().schema()
    }
}

/// Returns a batch if it has rows.
pub(crate) fn some(batch: RecordBatch, full: &mut Full<'_, RecordBatch>) -> Result<(), ArrowError> {
    if batch.num_rows() == 0 {
        return Ok(());
    }
    full(batch)
}
