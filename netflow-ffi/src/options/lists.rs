//! The lists that options point to.

use netflow_core::element::Definitions;
use netflow_core::{ConfiguredCounters, ConfiguredRates};

use super::exporters::{counters, rates};
use super::netflow_options;
use crate::pointer;
use crate::result::Failure;

/// What the pointers of options point to, copied.
#[derive(Default)]
pub(crate) struct OptionLists {
    pub(super) definitions: Definitions,
    pub(super) rates: ConfiguredRates,
    pub(super) override_rates: ConfiguredRates,
    pub(super) counters: ConfiguredCounters,
}

/// The definitions and rates that options point to.
///
/// # Safety
///
/// Each pointer of the options is NULL or points to the number of items in its count.
pub(crate) unsafe fn option_lists(options: &netflow_options) -> Result<OptionLists, Failure> {
    // SAFETY: as the caller promises.
    let definitions = unsafe {
        pointer::items(
            options.definitions,
            options.definition_count,
            "definitions of the options",
        )
    }?;
    let mut elements = Vec::with_capacity(definitions.len());
    for definition in definitions {
        // SAFETY: a definition's name is a C string.
        let name = unsafe { pointer::string(definition.name, "name of a definition") }?;
        elements.push(definition.element(name)?);
    }
    // SAFETY: as the caller promises.
    let configured =
        unsafe { pointer::items(options.rates, options.rate_count, "rates of the options") }?;
    // SAFETY: likewise.
    let overrides = unsafe {
        pointer::items(
            options.override_rates,
            options.override_rate_count,
            "override_rates of the options",
        )
    }?;
    // SAFETY: likewise.
    let meanings = unsafe {
        pointer::items(
            options.counters,
            options.counters_count,
            "counters of the options",
        )
    }?;
    Ok(OptionLists {
        definitions: elements.into_iter().collect(),
        rates: rates(configured, "rates of the options")?,
        override_rates: rates(overrides, "override_rates of the options")?,
        counters: counters(meanings)?,
    })
}
