#include "api/rest/python_text.h"

#include "core/json/writer.h"

namespace fajma::rest {
namespace {

void AppendQuoted(std::string& out, std::string_view text) {
  const bool double_quotes = text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos;
  const char quote = double_quotes ? '"' : '\'';
  out += quote;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      if (c == quote || c == '\\') out += '\\';
      out += c;
    }
  }
  out += quote;
}

void AppendScalar(std::string& out, json::Value value) {
  if (value.IsNull()) {
    out += "None";
  } else if (value.IsBool()) {
    out += value.AsBool() ? "True" : "False";
  } else if (value.IsDouble()) {
    json::AppendJsonNumber(out, value.AsDouble());
  } else {
    out += value.NumberText() == "-0" ? "0" : value.NumberText();
  }
}

// Recursion is as deep as a document can be: json::kMaxDepth.
void AppendRepr(std::string& out, json::Value value) {
  if (value.IsString()) return AppendQuoted(out, value.AsString());
  if (!value.IsArray() && !value.IsObject()) return AppendScalar(out, value);
  out += value.IsArray() ? '[' : '{';
  bool first = true;
  for (const json::Member member : value) {
    if (!first) out += ", ";
    first = false;
    if (value.IsObject()) {
      AppendQuoted(out, member.name);
      out += ": ";
    }
    AppendRepr(out, member.value);
  }
  out += value.IsArray() ? ']' : '}';
}

}  // namespace

std::string PythonText(json::Value value) {
  if (value.IsString()) return std::string(value.AsString());
  std::string out;
  AppendRepr(out, value);
  return out;
}

std::string_view PythonTypeName(json::Value value) {
  switch (value.kind()) {
    case json::Kind::kNull:
      return "NoneType";
    case json::Kind::kBool:
      return "bool";
    case json::Kind::kNumber:
      return value.IsInt() ? "int" : "float";
    case json::Kind::kString:
      return "str";
    case json::Kind::kArray:
      return "list";
    case json::Kind::kObject:
      break;
  }
  return "dict";
}

}  // namespace fajma::rest
