//! What the caller knows of exporters besides what they announce, and the limits of a decoder.

use core::time::Duration;
use std::collections::HashMap;
use std::path::Path;

use netflow_core::element::Definitions;
use netflow_core::{
    ConfiguredCounter, ConfiguredCounters, ConfiguredInterfaces, ConfiguredRate, ConfiguredRates,
    Decoder, Limits, OptionsScope, SessionScope,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// What Python passes.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct ExporterArguments {
    /// Rates such as `192.0.2.0/24=1000` of exporters that announce none.
    sampling: Vec<String>,
    /// Rates that replace those that exporters announce.
    sampling_override: Vec<String>,
    options_scope: String,
    /// Meanings such as `192.0.2.0/24=biflow` of second counters.
    second_counters: Vec<String>,
    /// Files with definitions of elements.
    definitions: Vec<String>,
    /// Files that name interfaces.
    interface_names: Vec<String>,
    /// Each source port is an exporter.
    by_port: bool,
    /// By name; lifetimes in nanoseconds, `None` is for ever.
    limits: HashMap<String, Option<u64>>,
}

/// The same, parsed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Exporters {
    configured: ConfiguredRates,
    overrides: ConfiguredRates,
    scope: OptionsScope,
    counters: ConfiguredCounters,
    definitions: Definitions,
    interfaces: ConfiguredInterfaces,
    sessions: SessionScope,
    limits: HashMap<String, Option<u64>>,
}

impl Exporters {
    /// # Errors
    ///
    /// `ValueError` if one of them cannot be parsed.
    pub(crate) fn new(arguments: Option<ExporterArguments>) -> PyResult<Self> {
        let Some(arguments) = arguments else {
            return Ok(Self::default());
        };
        let scope = arguments.options_scope;
        let found = Self {
            configured: rates("sampling", &arguments.sampling)?,
            overrides: rates("sampling_override", &arguments.sampling_override)?,
            counters: counters(&arguments.second_counters)?,
            definitions: definitions(&arguments.definitions)?,
            interfaces: interfaces(&arguments.interface_names)?,
            sessions: if arguments.by_port {
                SessionScope::Transport
            } else {
                SessionScope::Exporter
            },
            scope: match scope.as_str() {
                "domain" => OptionsScope::Domain,
                "exporter" => OptionsScope::Exporter,
                _ => {
                    return Err(PyValueError::new_err(format!(
                        "options_scope is \"domain\" or \"exporter\", not {scope:?}"
                    )));
                }
            },
            limits: arguments.limits,
        };
        found.limits(Limits::default())?;
        Ok(found)
    }

    /// A decoder that applies it, with these limits unless the caller set others. It continues with
    /// the state of another, if there is one.
    pub(crate) fn decoder(&self, limits: Limits, state: Option<&[u8]>) -> PyResult<Decoder> {
        let mut decoder = Decoder::new(self.limits(limits)?)
            .with_scope(self.sessions)
            .with_configured_rates(self.configured.clone())
            .with_override_rates(self.overrides.clone())
            .with_options_scope(self.scope)
            .with_configured_counters(self.counters.clone())
            .with_definitions(self.definitions.clone())
            .with_configured_interfaces(self.interfaces.clone());
        if let Some(state) = state {
            decoder
                .load(state)
                .map_err(|error| PyValueError::new_err(format!("this is not a state: {error}")))?;
        }
        Ok(decoder)
    }

    /// These limits, with those that the caller set.
    pub(crate) fn limits(&self, limits: Limits) -> PyResult<Limits> {
        let mut limits = limits;
        for (name, value) in &self.limits {
            limits = set_limit(limits, name, *value)
                .ok_or_else(|| PyValueError::new_err(format!("limits: {name} cannot be set so")))?;
        }
        Ok(limits)
    }
}

/// The limits with one of them set; `None` if there is no such limit or it is out of range.
fn set_limit(limits: Limits, name: &str, value: Option<u64>) -> Option<Limits> {
    let lifetime = value.map(Duration::from_nanos);
    match name {
        "waiting_lifetime" => return Some(limits.with_waiting_lifetime(lifetime)),
        "template_lifetime" => return Some(limits.with_template_lifetime(lifetime)),
        _ => {}
    }
    let number = value?;
    let count = usize::try_from(number).ok()?;
    Some(match name {
        "state_octets" => limits.with_state_octets(count),
        "domain_octets" => limits.with_domain_octets(count),
        "waiting_octets" => limits.with_waiting_octets(count),
        "templates" => limits.with_templates(count),
        "template_fields" => limits.with_template_fields(number.try_into().ok()?),
        "list_depth" => limits.with_list_depth(number.try_into().ok()?),
        "list_templates" => limits.with_list_templates(count),
        "common_properties" => limits.with_common_properties(count),
        "joined_octets" => limits.with_joined_octets(count),
        _ => return None,
    })
}

/// The elements that files define; of an element with several definitions, the last counts.
fn definitions(files: &[String]) -> PyResult<Definitions> {
    let mut elements = Vec::new();
    for file in files {
        let found = netflow_definitions::read(Path::new(file));
        let found =
            found.map_err(|error| PyValueError::new_err(format!("definitions: {error}")))?;
        elements.extend(found.into_iter().map(|found| found.element));
    }
    Ok(elements.into_iter().collect())
}

/// The interfaces that files name; the last entry of an interface counts.
fn interfaces(files: &[String]) -> PyResult<ConfiguredInterfaces> {
    let mut interfaces = ConfiguredInterfaces::default();
    for file in files {
        let found = netflow_definitions::read_interfaces(Path::new(file));
        let found =
            found.map_err(|error| PyValueError::new_err(format!("interface_names: {error}")))?;
        interfaces.extend(found);
    }
    Ok(interfaces)
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
