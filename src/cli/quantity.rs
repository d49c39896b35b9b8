//! Quantities that are spread: each has a flag for its mean, its deviation, its bounds and its shape, made here of one row. A
//! refusal names the one of them that has to change.

use std::marker::PhantomData;

use clap::builder::EnumValueParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, ValueEnum};

use super::value::real;
use super::written::Written;
use crate::error::{Error, Result};
use crate::spec::{Distribution, Shape};

/// A quantity, by its flags.
pub(super) trait Quantity {
    /// They.
    const FLAGS: Flags;
}

/// The flags of a quantity, and the values that it may have.
#[derive(Debug)]
pub(super) struct Flags {
    /// What all flags but the mean's begin with, without dashes.
    pub(super) stem: &'static str,
    /// The mean's flag, without dashes.
    pub(super) mean: &'static str,
    /// Other stems, each with its flag of the mean.
    pub(super) aliases: &'static [(&'static str, &'static str)],
    /// The help of the mean's flag; empty when that flag has a parser of its own, and [`TypedQuantity::about`] tells its value.
    pub(super) help: &'static str,
    /// What it is, as in "the width".
    pub(super) what: &'static str,
    /// What stands for a value in the help.
    pub(super) value: &'static str,
    /// Its unit, in refusals.
    pub(super) unit: &'static str,
    /// The mean without the flag.
    pub(super) default: Option<&'static str>,
    /// Whether a mean of 0 switches it off.
    pub(super) zero: bool,
    /// The least value there is.
    pub(super) least: f64,
    /// The greatest value there is.
    pub(super) greatest: f64,
    /// Whether its values are whole numbers.
    pub(super) whole: bool,
}

/// How values are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ShapeArg {
    Normal,
    Lognormal,
    Uniform,
}

/// What the flags of a quantity say.
#[derive(Debug, Clone)]
pub(super) struct TypedQuantity {
    flags: &'static Flags,
    mean: Option<f64>,
    mean_typed: bool,
    stddev: Option<f64>,
    min: Option<f64>,
    max: Option<f64>,
    shape: ShapeArg,
    least: f64,
    greatest: f64,
    why: &'static str,
    /// A distribution in full, in place of all the other flags.
    written: Option<Written>,
}

/// What the mean's flag takes.
#[derive(Debug, Clone)]
enum Mean {
    Number(f64),
    Written(Written),
}

/// The flags of a quantity among those of a command.
#[derive(Debug, Clone)]
pub(super) struct QuantityArgs<Q> {
    spread: TypedQuantity,
    quantity: PhantomData<Q>,
}

impl Flags {
    /// A flag other than the mean's, `end` being `stddev`, `min`, `max` or `distribution`.
    fn flag(&self, end: &str) -> String {
        format!("--{}-{end}", self.stem)
    }

    fn mean_flag(&self) -> String {
        format!("--{}", self.mean)
    }

    fn mean_arg(&'static self) -> Arg {
        let Self { least, greatest, unit, zero, .. } = *self;
        let number = move |value: f64| match value {
            0.0 if zero => Ok(Mean::Number(0.0)),
            value if (least..=greatest).contains(&value) => Ok(Mean::Number(value)),
            _ if zero => Err(format!("give 0, or {least} to {greatest} {unit}")),
            _ => Err(format!("give {least} to {greatest} {unit}")),
        };
        let mean = move |text: &str| match text.trim_start().starts_with('{') {
            false => number(text.parse().unwrap_or(f64::NAN)),
            true => Written::read(text).and_then(|written| match written.fixed() {
                Some(value) => number(value),
                None => Ok(Mean::Written(written)),
            }),
        };
        let aliases = self.aliases.iter().map(|(_, mean)| *mean);
        let arg = Arg::new(id(self.mean)).long(self.mean).help(self.help).value_name(self.value);
        arg.value_parser(mean).default_values(self.default).visible_aliases(aliases)
    }

    fn arg(&'static self, end: &str, help: String) -> Arg {
        let aliases = self.aliases.iter().map(|(stem, _)| format!("{stem}-{end}"));
        let name = format!("{}-{end}", self.stem);
        Arg::new(id(&name)).long(name).help(help).value_name(self.value).visible_aliases(aliases)
    }

    fn args(&'static self) -> Vec<Arg> {
        let Self { what, least, greatest, unit, .. } = *self;
        let mean = (!self.help.is_empty()).then(|| self.mean_arg());
        let shapes = format!("Shape of the {what}: normal or lognormal about the mean, or uniform from min to max");
        mean.into_iter()
            .chain([
                self.arg("stddev", format!("Standard deviation of the {what}")).value_parser(real(0.0, greatest, unit)),
                self.arg("min", format!("Least {what}")).value_parser(real(least, greatest, unit)),
                self.arg("max", format!("Greatest {what}")).value_parser(real(least, greatest, unit)),
                self.arg("distribution", shapes)
                    .value_name("SHAPE")
                    .value_parser(EnumValueParser::<ShapeArg>::new())
                    .default_value("normal"),
            ])
            .collect()
    }
}

/// Whether a flag is a quantity's, which may be a distribution in full.
pub(super) fn takes_distributions(arg: &Arg) -> bool {
    arg.get_value_parser().type_id() == std::any::TypeId::of::<Mean>()
}

/// clap's id of a flag: as if it were a field of a struct.
fn id(flag: &str) -> String {
    flag.replace('-', "_")
}

impl<Q: Quantity> QuantityArgs<Q> {
    const FLAGS: &'static Flags = &Q::FLAGS;

    /// What they say.
    pub(super) fn quantity(&self) -> TypedQuantity {
        self.spread.clone()
    }
}

impl<Q: Quantity> Args for QuantityArgs<Q> {
    fn augment_args(command: Command) -> Command {
        command.args(Self::FLAGS.args())
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<Q: Quantity> FromArgMatches for QuantityArgs<Q> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let flags = Self::FLAGS;
        let (mean, stem) = (id(flags.mean), id(flags.stem));
        let own = flags.help.is_empty();
        let number = |name: &str| matches.get_one::<f64>(name).copied();
        let end = |end: &str| number(&format!("{stem}_{end}"));
        let (typed, written) = match matches.try_get_one::<Mean>(&mean).ok().flatten().filter(|_| !own) {
            Some(Mean::Number(mean)) => (Some(*mean), None),
            Some(Mean::Written(written)) => (None, Some(written.clone())),
            None => (None, None),
        };
        let spread = TypedQuantity {
            flags,
            mean: typed,
            mean_typed: !own && matches.value_source(&mean) == Some(ValueSource::CommandLine),
            stddev: end("stddev"),
            min: end("min"),
            max: end("max"),
            shape: matches.get_one(&format!("{stem}_distribution")).copied().unwrap_or(ShapeArg::Normal),
            least: flags.least,
            greatest: flags.greatest,
            why: "",
            written,
        };
        Ok(Self { spread, quantity: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl TypedQuantity {
    /// With the mean that a flag of its own has.
    pub(super) fn about(self, mean: f64, typed: bool) -> Self {
        Self { mean: Some(mean), mean_typed: typed, ..self }
    }

    /// With natural limits that depend on the rest of the request; `why` is said of a value that does not keep them.
    pub(super) fn within(self, least: f64, greatest: f64, why: &'static str) -> Self {
        Self { least, greatest, why, ..self }
    }

    /// Whether anything was said of it that is not 0.
    pub(super) fn is_on(&self) -> bool {
        self.written.is_some()
            || self.shape == ShapeArg::Uniform
            || self.mean.is_some_and(|mean| mean != 0.0 || !self.flags.zero)
    }

    /// Whether its values may differ, or were bounded.
    pub(super) fn varies(&self) -> bool {
        self.written.is_some()
            || self.shape != ShapeArg::Normal
            || self.stddev.is_some_and(|it| it > 0.0)
            || self.min.or(self.max).is_some()
    }

    /// Whether it lies evenly between its ends, so that its mean does not count.
    pub(super) fn is_uniform(&self) -> bool {
        self.shape == ShapeArg::Uniform || self.written.is_some()
    }

    /// Whether it was written in full.
    pub(super) fn is_written(&self) -> bool {
        self.written.is_some()
    }

    /// Whether the mean was typed.
    pub(super) fn mean_typed(&self) -> bool {
        self.mean_typed
    }

    /// Mean and deviation, when it is Gaussian.
    pub(super) fn gaussian(&self) -> Option<(f64, f64)> {
        if let Some(Written { shape: Shape::Normal { mean, stddev }, max: None, .. }) = &self.written {
            return Some((*mean, *stddev));
        }
        let stddev = self.stddev.filter(|stddev| *stddev > 0.0 && self.shape == ShapeArg::Normal)?;
        Some((self.mean(), stddev))
    }

    /// The mean as given; 0 when none was.
    pub(super) fn mean(&self) -> f64 {
        let written = self.written.as_ref().map(|written| Distribution::of(written.shape.clone()).typical());
        written.or(self.mean).unwrap_or_default()
    }

    /// What was meant; none when it is off. `notes` gets a line when the bounds move the mean.
    ///
    /// # Errors
    /// [`Error::Request`] with the one of its flags that has to change.
    pub(super) fn resolve(&self, notes: &mut Vec<String>) -> Result<Option<Distribution>> {
        self.scaled(1.0, notes)
    }

    /// The same, with every value multiplied.
    ///
    /// # Errors
    /// As [`TypedQuantity::resolve`].
    pub(super) fn scaled(&self, factor: f64, notes: &mut Vec<String>) -> Result<Option<Distribution>> {
        if !self.is_on() {
            return Ok(None);
        }
        if let Some(written) = &self.written {
            return self.in_full(written, factor, notes).map(Some);
        }
        self.check_limits()?;
        let shape = match self.shape {
            ShapeArg::Uniform => self.uniform(factor)?,
            ShapeArg::Normal | ShapeArg::Lognormal => self.about_the_mean(factor)?,
        };
        let (min, max) = (self.min.unwrap_or(self.least) * factor, self.max.unwrap_or(self.greatest) * factor);
        let new = if self.flags.whole { Distribution::whole } else { Distribution::new };
        let distribution = new(&self.blame(), shape, min, max)?;
        notes.extend(self.moved(factor, &distribution));
        Ok(Some(distribution))
    }

    /// A distribution that was written in full.
    fn in_full(&self, written: &Written, factor: f64, notes: &mut Vec<String>) -> Result<Distribution> {
        let Self { flags, least, greatest, .. } = self;
        let typed = [("stddev", self.stddev), ("min", self.min), ("max", self.max)];
        let typed = typed.iter().find(|(_, value)| value.is_some()).map(|(end, _)| *end);
        if let Some(end) = typed.or((self.shape != ShapeArg::Normal).then_some("distribution")) {
            let problem = format!("{} is a distribution in full", flags.mean_flag());
            return Err(Error::request(flags.flag(end), problem, "say it there"));
        }
        let (min, max) = (written.min.unwrap_or(*least).max(*least), written.max.unwrap_or(*greatest).min(*greatest));
        let new = if flags.whole { Distribution::whole } else { Distribution::new };
        let distribution = new(&flags.mean_flag(), written.shape.times(factor), min * factor, max * factor)?;
        let unbounded = Distribution::of(written.shape.times(factor)).typical();
        if (distribution.typical() - unbounded).abs() > 0.01 * unbounded {
            let (flag, got) = (flags.mean_flag(), short(distribution.typical()));
            notes.push(format!(
                "{flag}: draws out of bounds are drawn again, so the mean is {got}, not {}",
                short(unbounded)
            ));
        }
        Ok(distribution)
    }

    /// Limits that depend on the rest of the request, which the flags' own parsers do not know.
    fn check_limits(&self) -> Result<()> {
        let Self { flags, least, greatest, why, .. } = self;
        let mean = self.mean.filter(|_| self.shape != ShapeArg::Uniform);
        for (flag, value) in [(flags.mean_flag(), mean), (flags.flag("min"), self.min), (flags.flag("max"), self.max)] {
            if value.is_some_and(|value| !(*least..=*greatest).contains(&value)) {
                let problem = format!("{}", value.unwrap_or_default());
                return Err(Error::request(flag, problem, format!("{why}give {least} to {greatest} {}", flags.unit)));
            }
        }
        Ok(())
    }

    fn uniform(&self, factor: f64) -> Result<Shape> {
        let flags = self.flags;
        let (Some(min), Some(max)) = (self.min, self.max) else {
            let fix = format!("give {} and {}", flags.flag("min"), flags.flag("max"));
            return Err(Error::request(flags.flag("distribution"), "uniform needs both ends", fix));
        };
        for (flag, typed) in [(flags.mean_flag(), self.mean_typed), (flags.flag("stddev"), self.stddev.is_some())] {
            if typed {
                let fix = format!("drop it, or {}", flags.flag("distribution"));
                return Err(Error::request(flag, "uniform values follow from their ends alone", fix));
            }
        }
        let (low, high) = if min <= max { (min, max) } else { (max, min) };
        Ok(Shape::Uniform { low: low * factor, high: high * factor })
    }

    fn about_the_mean(&self, factor: f64) -> Result<Shape> {
        let flags = self.flags;
        let (mean, stddev) = (self.mean(), self.stddev.unwrap_or(0.0));
        let needs = |flag: String, problem: String, fix: String| Err(Error::request(flag, problem, fix));
        if self.shape == ShapeArg::Lognormal {
            return match (mean > 0.0, stddev > 0.0) {
                (true, true) => Ok(Shape::log_normal(mean * factor, stddev * factor)),
                (false, _) => needs(
                    flags.flag("distribution"),
                    "lognormal needs a mean above 0".into(),
                    format!("give {}", flags.mean_flag()),
                ),
                (true, false) => needs(
                    flags.flag("distribution"),
                    "lognormal needs a deviation".into(),
                    format!("give {}", flags.flag("stddev")),
                ),
            };
        }
        if stddev == 0.0 {
            let vary = format!("{}, or {} uniform", flags.flag("stddev"), flags.flag("distribution"));
            for (end, value) in [("min", self.min), ("max", self.max)] {
                if value.is_some() {
                    return needs(
                        flags.flag(end),
                        format!("the {} is always {mean}", flags.what),
                        format!("give {vary}"),
                    );
                }
            }
            if flags.whole && mean.fract() != 0.0 {
                let fix = format!("give a whole number, or {}", flags.flag("stddev"));
                return needs(flags.mean_flag(), format!("{mean} {}, which is no whole number", flags.unit), fix);
            }
        }
        Ok(Shape::normal(mean * factor, stddev * factor))
    }

    /// The flag to change, should the bounds leave no room for the shape.
    fn blame(&self) -> String {
        let Self { flags, min, max, .. } = self;
        let mean = self.mean();
        match (min, max) {
            (Some(min), Some(max)) if min > max || flags.whole && min.ceil() > max.floor() => flags.flag("min"),
            (Some(min), _) if mean < *min => flags.flag("min"),
            (_, Some(max)) if mean > *max => flags.flag("max"),
            _ => flags.flag("stddev"),
        }
    }

    /// Says so when redrawing what lies out of bounds moves the mean by more than a hundredth.
    fn moved(&self, factor: f64, distribution: &Distribution) -> Option<String> {
        let (asked, got) = (self.mean() * factor, distribution.typical());
        if self.shape == ShapeArg::Uniform || (got - asked).abs() <= 0.01 * asked {
            return None;
        }
        let (min, max) = distribution.bounds();
        let bound = if got > asked { format!("below {min}") } else { format!("above {max}") };
        let flag = self.flags.mean_flag();
        Some(format!("{flag}: draws {bound} are drawn again, so the mean is {}, not {asked}", short(got)))
    }
}

/// A number to about three digits.
fn short(number: f64) -> String {
    match number {
        100.0.. => format!("{number:.0}"),
        1.0.. => format!("{number:.1}"),
        _ => format!("{number:.3}"),
    }
}
