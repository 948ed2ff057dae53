package dynamotest

const msgKeySchema = "The provided key element does not match the schema"

// rowKey is where a key, or an item that has passed checkItem, lies in the table.
func (t *table) rowKey(it item) rowKey {
	k := rowKey{partition: it[t.keys[0].name].ordered()}
	k.hash = hash(k.partition)
	if len(t.keys) == 2 {
		k.sort = it[t.keys[1].name].ordered()
	}
	return k
}

// ordered encodes a key attribute so that bytes compare as the values do.
func (v value) ordered() string {
	if v.kind == kindN {
		return v.decimal().ordered()
	}
	return v.text
}

// hash spreads partitions over the order of a scan: FNV-1a, then the finalizer
// of MurmurHash3, because the segments of a parallel scan cut by the high bits.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// keyOf is the primary key of an item.
func (t *table) keyOf(it item) item {
	key := make(item, len(t.keys))
	for _, k := range t.keys {
		key[k.name] = it[k.name]
	}
	return key
}

// checkKey checks the Key of a request.
func (t *table) checkKey(key item) *fault {
	if len(key) != len(t.keys) {
		return validation(msgKeySchema)
	}
	for i, k := range t.keys {
		v, ok := key[k.name]
		if !ok || v.kind != k.kind {
			return validation(msgKeySchema)
		}
		if f := checkKeyValue(k, v, i == 0); f != nil {
			return f
		}
	}
	return nil
}

// keyFits tells whether an item has the key attributes, of the right types.
func (t *table) keyFits(it item) bool {
	for _, k := range t.keys {
		if v, ok := it[k.name]; !ok || v.kind != k.kind {
			return false
		}
	}
	return true
}

// checkItem checks the key attributes of an item that is to be stored.
func (t *table) checkItem(it item) *fault {
	for i, k := range t.keys {
		v, ok := it[k.name]
		if !ok {
			return validation(msgInvalid+"Missing the key %s in the item", k.name)
		}
		if v.kind != k.kind {
			return validation(msgInvalid+"Type mismatch for key %s expected: %s actual: %s", k.name, k.kind, v.kind)
		}
		if f := checkKeyValue(k, v, i == 0); f != nil {
			return f
		}
	}
	return nil
}

func checkKeyValue(k keyAttr, v value, partition bool) *fault {
	switch {
	case k.kind == kindN:
		return nil
	case v.text == "" && k.kind == kindS:
		return emptyKey("%sThe AttributeValue for a key attribute cannot contain an empty string value. Key: %s", msgInvalidKeyAttribute, k.name)
	case v.text == "":
		return emptyKey("%sThe AttributeValue for a key attribute cannot contain an empty binary value. Key: %s", msgInvalidKeyAttribute, k.name)
	case partition && len(v.text) > maxPartitionKey:
		return validation(msgInvalid + "Size of hashkey has exceeded the maximum size limit of2048 bytes")
	case !partition && len(v.text) > maxSortKey:
		return validation(msgInvalid + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
	}
	return nil
}
