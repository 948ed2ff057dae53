package dynamotest

// request is the CreateTable request that would make the table as it is.
func (t *table) request() *createTableRequest {
	r := &createTableRequest{
		TableName: &t.name, KeySchema: schemaOf(t.keys), BillingMode: t.settings.billing, Tags: t.tags, TableClass: t.settings.class,
		OnDemandThroughput: t.settings.onDemand, SSESpecification: t.settings.sse,
		AttributeDefinitions: convert(t.defined, func(k keyAttr) attributeDefinition {
			return attributeDefinition{&k.name, new(k.kind.String())}
		}),
	}
	if t.streaming() { // its records stay behind
		r.StreamSpecification = &streamSpec{new(true), t.stream.view}
	}
	provisioned := r.BillingMode == "PROVISIONED"
	if provisioned {
		r.ProvisionedThroughput = &throughput{&t.settings.read, &t.settings.write}
	}
	if t.settings.protected {
		r.DeletionProtectionEnabled = new(true)
	}
	for _, x := range t.indexes {
		spec := indexSpec{
			IndexName: &x.name, KeySchema: schemaOf(x.keys),
			Projection: &projectionSpec{ProjectionType: &x.projection, NonKeyAttributes: x.include},
		}
		switch {
		case !x.global:
			r.LocalSecondaryIndexes = append(r.LocalSecondaryIndexes, spec)
			continue
		case provisioned:
			spec.ProvisionedThroughput = &throughput{&x.read, &x.write}
		}
		r.GlobalSecondaryIndexes = append(r.GlobalSecondaryIndexes, spec)
	}
	return r
}
