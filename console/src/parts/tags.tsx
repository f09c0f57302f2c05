export function Tags({ of: tags }: { readonly of: Readonly<Record<string, string>> }) {
  return Object.entries(tags).map(([key, value]) => (
    <span key={key} className="tag">
      {key}={value}
    </span>
  ))
}
