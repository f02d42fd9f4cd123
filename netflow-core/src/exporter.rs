//! What an exporter taught about itself through its options.

use crate::field::Ingredient;
use crate::record::DataRecord;
use crate::time::Timestamp;
use crate::value;

/// What one observation domain taught.
#[derive(Debug, Default)]
pub(crate) struct Exporter {
    system_init: Option<Timestamp>,
}

impl Exporter {
    /// Learns from an options record.
    pub(crate) fn learn(&mut self, record: &DataRecord<'_, '_>) {
        let slot = record.template().plan().ingredient(Ingredient::SystemInit);
        let millis = record.slot(slot).and_then(value::unsigned);
        if let Some(time) = millis.and_then(Timestamp::from_millis) {
            self.system_init = Some(time);
        }
    }

    /// When the exporter started (systemInitTimeMilliseconds): what the
    /// uptimes of its records count from.
    pub(crate) const fn system_init(&self) -> Option<Timestamp> {
        self.system_init
    }
}
