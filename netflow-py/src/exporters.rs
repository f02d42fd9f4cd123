//! What the caller knows of exporters besides what they announce.

use netflow_core::{
    ConfiguredCounter, ConfiguredCounters, ConfiguredRate, ConfiguredRates, Decoder, OptionsScope,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Rates such as `192.0.2.0/24=1000` for exporters that announce none, rates that replace what
/// exporters announce, the scope of options, and meanings such as `192.0.2.0/24=biflow` of second
/// counters.
pub(crate) type ExporterArguments = (Vec<String>, Vec<String>, String, Vec<String>);

/// The same, parsed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Exporters {
    configured: ConfiguredRates,
    overrides: ConfiguredRates,
    scope: OptionsScope,
    counters: ConfiguredCounters,
}

impl Exporters {
    /// # Errors
    ///
    /// `ValueError` if one of them cannot be parsed.
    pub(crate) fn new(arguments: Option<ExporterArguments>) -> PyResult<Self> {
        let Some((configured, overrides, scope, counters)) = arguments else {
            return Ok(Self::default());
        };
        Ok(Self {
            configured: rates("sampling", &configured)?,
            overrides: rates("sampling_override", &overrides)?,
            counters: self::counters(&counters)?,
            scope: match scope.as_str() {
                "domain" => OptionsScope::Domain,
                "exporter" => OptionsScope::Exporter,
                _ => {
                    return Err(PyValueError::new_err(format!(
                        "options_scope is \"domain\" or \"exporter\", not {scope:?}"
                    )));
                }
            },
        })
    }

    /// A decoder that applies it.
    pub(crate) fn apply(&self, decoder: Decoder) -> Decoder {
        decoder
            .with_configured_rates(self.configured.clone())
            .with_override_rates(self.overrides.clone())
            .with_options_scope(self.scope)
            .with_configured_counters(self.counters.clone())
    }
}

fn rates(argument: &str, rates: &[String]) -> PyResult<ConfiguredRates> {
    let parse = |text: &String| {
        text.parse::<ConfiguredRate>()
            .map_err(|error| PyValueError::new_err(format!("{argument}: {text:?}: {error}")))
    };
    rates.iter().map(parse).collect()
}

fn counters(given: &[String]) -> PyResult<ConfiguredCounters> {
    let parse = |text: &String| {
        text.parse::<ConfiguredCounter>()
            .map_err(|error| PyValueError::new_err(format!("second_counters: {text:?}: {error}")))
    };
    given.iter().map(parse).collect()
}
