// Uses the unmodified npm clients on a running exchange and prints what each step gave, as one JSON object.
// Environment: CLIENTS (the folder where they are installed), ADDRESS (…/api/{context}/v1), KEY.

import { createRequire } from "node:module";

const load = createRequire(`${process.env.CLIENTS}/`);
const { PostgrestClient } = load("@supabase/postgrest-js");
const { default: makeProvider } = load("@raphiniert/ra-data-postgrest");

const address = process.env.ADDRESS;
const keys = { apikey: process.env.KEY, Authorization: `Bearer ${process.env.KEY}` };
const client = new PostgrestClient(address, { headers: keys, schema: "public" });
const desa = () => client.from("desa");

// As react-admin's fetchJson does, with the key.
async function fetchJson(url, options = {}) {
  const headers = new Headers(options.headers ?? { Accept: "application/json" });
  Object.entries(keys).forEach(([name, text]) => headers.set(name, text));
  const response = await fetch(url, { ...options, headers });
  const body = await response.text();
  let json;
  try {
    json = JSON.parse(body);
  } catch {
    json = undefined;
  }
  if (!response.ok) throw Object.assign(new Error(json?.message), { status: response.status, body: json });
  return { status: response.status, headers: response.headers, body, json };
}

const provider = makeProvider({
  apiUrl: address,
  httpClient: fetchJson,
  defaultListOp: "eq",
  primaryKeys: new Map([["desa", ["kode"]]]),
  schema: () => "public",
});

const supabase = {
  filters: () => desa().select("kode").gte("jumlah", 50).like("nama", "%arang%"),
  or: () => desa().select("kode").or('jumlah.eq.7,nama.eq.""').order("kode"),
  count: () => desa().select("*", { count: "exact", head: true }),
  counted: () => desa().select("kode", { count: "exact" }).order("kode").range(1, 2),
  single: () => desa().select("kode,nama").eq("kode", "63.05.01").single(),
  none: () => desa().select("kode").eq("kode", "0").maybeSingle(),
  many: () => desa().select("kode").single(),
  csv: () => desa().select("kode,jumlah").order("kode").limit(2).csv(),
  insert: () => desa().insert({ kode: "80.01", nama: "Satu", jumlah: 1 }),
  inserted: () => desa().insert([{ kode: "80.02", nama: "Dua" }, { kode: "80.03", jumlah: 3, nama: "Tiga" }], { count: "exact" }).select("kode,jumlah").order("kode"),
  conflict: () => desa().insert({ kode: "80.01", nama: "Lagi" }),
  refused: () => desa().insert({ kode: "80.09", nama: "Salah", jumlah: -1 }).select(),
  upsert: () => desa().upsert([{ kode: "80.01", nama: "Satu baru" }, { kode: "80.04", nama: "Empat" }]).select("kode,nama,jumlah").order("kode"),
  upsertOn: () => desa().upsert({ kode: "80.01", nama: "Pada kunci" }, { onConflict: "kode" }).select("nama").single(),
  ignored: () => desa().upsert([{ kode: "80.01", nama: "Tidak" }, { kode: "80.05", nama: "Lima" }], { ignoreDuplicates: true }).select("kode"),
  update: () => desa().update({ jumlah: 9 }, { count: "exact" }).in("kode", ["80.01", "80.02"]).select("kode,jumlah").order("kode"),
  updateAll: () => desa().update({ jumlah: 9 }),
  updated: () => desa().update({ isi: { luas: 3 } }).eq("kode", "80.01").select("isi->luas").single(),
  delete: () => desa().delete({ count: "exact" }).eq("kode", "80.05"),
  deleted: () => desa().delete().like("kode", "80.0%").select("kode").order("kode"),
};

const admin = {
  getList: () => provider.getList("desa", { pagination: { page: 2, perPage: 2 }, sort: { field: "kode", order: "ASC" }, filter: {} }),
  getListFiltered: () => provider.getList("desa", { pagination: { page: 1, perPage: 10 }, sort: { field: "jumlah", order: "DESC" }, filter: { "nama@ilike": "tapin", "jumlah@gte": 50 } }),
  getOne: () => provider.getOne("desa", { id: "63.05.01" }),
  getMany: () => provider.getMany("desa", { ids: ["63.05.02", "63.04.01"] }),
  create: () => provider.create("desa", { data: { kode: "81.01", nama: "Baru", jumlah: 1 } }),
  update: () => provider.update("desa", { id: "81.01", data: { kode: "81.01", nama: "Lain", jumlah: 1 }, previousData: { kode: "81.01", nama: "Baru", jumlah: 1 } }),
  updateMany: () => provider.updateMany("desa", { ids: ["81.01", "63.05.02"], data: { jumlah: 4 } }),
  delete: () => provider.delete("desa", { id: "81.01", previousData: {} }),
  deleteMany: () => provider.deleteMany("desa", { ids: ["63.05.02"] }),
  getOneMissing: () => provider.getOne("desa", { id: "81.01" }),
  createRefused: () => provider.create("desa", { data: { kode: "81.02", nama: "Salah", jumlah: -1 } }),
};

const told = {};
for (const [group, steps] of Object.entries({ supabase, admin })) {
  for (const [name, step] of Object.entries(steps)) {
    try {
      told[`${group}.${name}`] = await step();
    } catch (error) {
      told[`${group}.${name}`] = { thrown: { status: error.status, body: error.body, message: error.message } };
    }
  }
}
console.log(JSON.stringify(told));
