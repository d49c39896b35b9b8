//! Requests: the names of the program's flags as keyword arguments.

use std::path::PathBuf;
use std::sync::Arc;

use masque::{Error, NamedRequest};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyList, PyString, PyTuple};
use serde_json::{Map, Number, Value};

use crate::failure::raise;

/// A request by names, as it was given and as it was read.
pub(crate) struct Request {
    /// The file that it stands in, and what that holds.
    file: Option<(String, Map<String, Value>)>,
    /// What was named beside it, and the seed, if that was drawn.
    names: Map<String, Value>,
    seed_was_drawn: bool,
    pub(crate) read: NamedRequest,
}

impl Request {
    fn of(file: Option<(String, Map<String, Value>)>, mut names: Map<String, Value>) -> Result<Self, Error> {
        let whole = file.as_ref().map(|(name, whole)| (name.as_str(), whole.clone()));
        let mut read = NamedRequest::of(whole.clone(), names.clone())?;
        let seed_was_drawn = read.seed_was_drawn;
        if seed_was_drawn {
            // From now on the seed is part of what is asked for: copies of the request are the same one.
            names.insert("random_seed".to_owned(), read.spec.seed.0.into());
            read = NamedRequest::of(whole, names.clone())?;
        }
        Ok(Self { file, names, seed_was_drawn, read })
    }

    /// The exception of an error, which names fields as they were given.
    pub(crate) fn raise(&self, error: Error) -> PyErr {
        raise(&self.read.spell(error))
    }

    fn whole(&self) -> String {
        serde_json::to_string(&self.read.spec).unwrap_or_default()
    }
}

/// What is asked for: a dataset's request, by the names of `masque generate`'s flags.
///
/// Names are written with underscores, values are numbers, texts, lists, or dicts where a quantity is spread or names begin alike:
/// `Spec(isl={"mean": 550, "stddev": 100}, image={"width_mean": 512, "height_mean": 384}, random_seed=42)`. A seed that is not given
/// is drawn. What cannot be met is a ValueError that says what would work.
#[pyclass(frozen, module = "masque", name = "Spec")]
pub(crate) struct Spec(pub(crate) Arc<Request>);

#[pymethods]
impl Spec {
    #[new]
    #[pyo3(signature = (**request))]
    fn new(request: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        Self::of(None, names(request)?)
    }

    /// A request file in YAML, TOML or JSON, or a dataset's manifest; what is named besides goes before what the file says.
    #[staticmethod]
    #[pyo3(signature = (path, **request))]
    fn from_file(path: PathBuf, request: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let whole = NamedRequest::load(&path).map_err(|why| raise(&why))?;
        Self::of(Some((path.display().to_string(), whole)), names(request)?)
    }

    /// The number that everything is drawn from.
    #[getter]
    fn seed(&self) -> u64 {
        self.0.read.spec.seed.0
    }

    /// Whether that was drawn, for want of one that was given.
    #[getter]
    fn seed_was_drawn(&self) -> bool {
        self.0.seed_was_drawn
    }

    /// Records of the dataset.
    #[getter]
    fn records(&self) -> u64 {
        self.0.read.spec.records
    }

    /// The whole request with every default, as a dataset's manifest holds it.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("json")?.call_method1("loads", (self.0.whole(),))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| self.0.whole() == other.get().0.whole())
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        PyString::new(py, &self.0.whole()).hash()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (file, names) = (&self.0.file, &self.0.names);
        let quoted = |text: &str| PyString::new(py, text).repr().map(|repr| repr.to_string());
        let mut parts = file.as_ref().map(|(name, _)| quoted(name)).transpose()?.into_iter().collect::<Vec<_>>();
        for (name, value) in names {
            let value = py.import("json")?.call_method1("loads", (value.to_string(),))?;
            parts.push(format!("{}={}", name.replace('-', "_"), value.repr()?));
        }
        let how = if file.is_some() { "Spec.from_file" } else { "Spec" };
        Ok(format!("{how}({})", parts.join(", ")))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> Reduced<'py, (Option<String>, Option<String>, String)> {
        let Request { file, names, .. } = &*self.0;
        let text = |map: &Map<String, Value>| serde_json::to_string(map).unwrap_or_default();
        let (name, whole) = (file.as_ref().map(|(name, _)| name.clone()), file.as_ref().map(|(_, whole)| text(whole)));
        Ok((py.import("masque._masque")?.getattr("_spec")?, (name, whole, text(names))))
    }
}

/// A function, and what it is called with to have an object back, as pickle takes it.
pub(crate) type Reduced<'py, T> = PyResult<(Bound<'py, PyAny>, T)>;

impl Spec {
    fn of(file: Option<(String, Map<String, Value>)>, names: Map<String, Value>) -> PyResult<Self> {
        Ok(Self(Arc::new(Request::of(file, names).map_err(|why| raise(&why))?)))
    }
}

/// A request out of what its `__reduce__` gives.
#[pyfunction]
pub(crate) fn _spec(file: Option<String>, whole: Option<&str>, names: &str) -> PyResult<Spec> {
    let map = |text: &str| serde_json::from_str(text).map_err(|why| PyValueError::new_err(why.to_string()));
    Spec::of(file.zip(whole.map(map).transpose()?), map(names)?)
}

/// The JSON schema of what `Spec` takes, for the type stubs.
#[pyfunction]
pub(crate) fn _schema() -> String {
    NamedRequest::schema().to_string()
}

/// Keyword arguments as a request file would have them; those that are None are not given.
fn names(given: Option<&Bound<'_, PyDict>>) -> PyResult<Map<String, Value>> {
    let mut names = Map::new();
    for (name, value) in given.into_iter().flatten().filter(|(_, value)| !value.is_none()) {
        let name: String = name.extract()?;
        let value = json(&value, &name)?;
        names.insert(name, value);
    }
    Ok(names)
}

/// A value as JSON has it. `name` is what it is the value of, for the error.
fn json(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Value> {
    if let Ok(flag) = value.cast::<PyBool>() {
        return Ok(flag.is_true().into());
    } else if let Ok(text) = value.extract::<String>() {
        return Ok(text.into());
    } else if let Ok(map) = value.cast::<PyDict>() {
        let pair =
            |(key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>)| Ok((key.extract::<String>()?, json(&value, name)?));
        return map.iter().map(pair).collect::<PyResult<Map<_, _>>>().map(Value::Object);
    } else if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        return value.try_iter()?.map(|item| json(&item?, name)).collect::<PyResult<_>>().map(Value::Array);
    } else if let Ok(path) = value.extract::<PathBuf>() {
        return Ok(path.to_string_lossy().into());
    }
    // Numbers of other libraries are numbers too.
    let number = match value.call_method0("__index__") {
        Ok(whole) => {
            whole.extract::<i64>().map(Number::from).or_else(|_| whole.extract::<u64>().map(Number::from)).ok()
        }
        Err(_) => value.extract().ok().and_then(Number::from_f64),
    };
    number.map(Value::Number).ok_or_else(|| {
        let found = value.repr().map(|repr| repr.to_string()).unwrap_or_default();
        PyValueError::new_err(format!("{name}: {found}; give a number, a text, a list or a dict"))
    })
}
